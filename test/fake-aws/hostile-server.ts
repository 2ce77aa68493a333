// A server whose answers must not harm its client: without end, too large, too slow.
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { listen } from './listen.ts';

const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const BLOCK = 'a'.repeat(65_536);

/** The beginning of the answer, and what it repeats while the client reads. */
interface Flood {
  begin: string | Buffer;
  again: string;
}

/** Answers that are too large for any client. */
const FLOODS = {
  'a body without end': { begin: CHUNKED, again: `10000\r\n${BLOCK}\r\n` },
  'a body without end, byte by byte': { begin: CHUNKED, again: '1\r\na\r\n'.repeat(1_000) },
  'a body of 50 MB': { begin: 'HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n', again: BLOCK },
  'an error without end': { begin: CHUNKED.replace('200 OK', '400 No'), again: `10000\r\n${BLOCK}\r\n` },
} as const satisfies Record<string, Flood>;

/** An answer that is small on the network and 50 MB when it is unpacked. */
function packed(): Buffer {
  const body = gzipSync(Buffer.alloc(50_000_000));
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Answers that never end and send almost nothing. */
const TRICKLES = {
  silence: { begin: '', again: '' },
  'a head that comes slowly': { begin: 'HTTP/1.1 200 OK\r\n', again: 'x: y\r\n' },
  'a body that comes slowly': { begin: CHUNKED, again: '1\r\na\r\n' },
  'an error that comes slowly': { begin: CHUNKED.replace('200 OK', '400 No'), again: '1\r\na\r\n' },
  'hints without an answer': { begin: '', again: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
} as const satisfies Record<string, Flood>;

export type HostileAnswer = keyof typeof FLOODS | keyof typeof TRICKLES | 'a packed body';

export const floods = Object.keys(FLOODS) as (keyof typeof FLOODS)[];
export const trickles = Object.keys(TRICKLES) as (keyof typeof TRICKLES)[];

/** Milliseconds between two pieces: so few that no client's idle timeout ends the connection. */
const DRIP_MS = 100;

/** `requests`: the number of connections. */
export async function startHostileServer(
  answer: HostileAnswer,
): Promise<AsyncDisposable & { url: string; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => respond(socket, answer));
    socket.resume();
  });
  const { port, close } = await listen(server, '127.0.0.1', 0);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: close,
  };
}

function respond(socket: Socket, answer: HostileAnswer): void {
  if (answer === 'a packed body') socket.write(packed());
  else if (answer in FLOODS) flood(socket, FLOODS[answer as keyof typeof FLOODS]);
  else drip(socket, TRICKLES[answer as keyof typeof TRICKLES]);
}

function flood(socket: Socket, { begin, again }: Flood): void {
  const more = () => {
    while (socket.writable && socket.write(again));
  };
  socket.on('drain', more).write(begin);
  more();
}

function drip(socket: Socket, { begin, again }: Flood): void {
  socket.write(begin);
  const timer = setInterval(() => socket.write(again), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}
