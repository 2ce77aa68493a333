// Listens on a TCP port. Closing it ends every connection, also those that hang, are tunnelled or are idle.
import type { Server, Socket } from 'node:net';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Settles when the server listens; rejects if it cannot. Port 0 means any free one. */
export async function listen(server: Server, host: string, port: number): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`no TCP port on ${host}`);
  return {
    port: address.port,
    async close() {
      const closed = new Promise((settle) => server.close(settle));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
