// Fake daemons: servers at the daemon's socket that do what a test wants.
import { createServer, type Socket } from 'node:net';

/** Handles a connection, from which nothing was read yet. */
export type Treatment = (socket: Socket) => void;

/** Listens at a path in an existing folder, and passes every connection to `handle`. Disposing ends it. */
export async function pretendDaemon(path: string, treat: Treatment): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    treat(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the request, then sends this answer; `onRequest` gets the request. */
export function answering(text: string, onRequest: (frame: Buffer) => void = () => {}): Treatment {
  return (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => {
      onRequest(Buffer.concat(chunks));
      socket.end(text);
    });
    socket.resume();
  };
}
