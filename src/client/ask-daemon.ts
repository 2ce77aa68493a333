// One request to the daemon: connect, send, read the answer.
import { connect } from 'node:net';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { decodeResponse, encodeRequest, type Request, type Response } from '../wire/codec.ts';
import { isSafeSocket } from '../wire/socket-path.ts';

/** Nobody listens: `absent`. Somebody did and went away without an answer: `broken`. */
export type DaemonReply = Response | 'absent' | 'broken';

/**
 * Asks the daemon. `timeoutMs` bounds all of it.
 * @throws XacctError `socket-unsafe`; `protocol` where the request is too large; `daemon` where no answer comes in time.
 */
export async function askDaemon(
  path: string,
  uid: number,
  request: Request,
  timeoutMs: number,
): Promise<DaemonReply> {
  const frame = encodeRequest(request);
  if (!isSafeSocket(path, uid)) return 'absent';
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    let connected = false;
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(noAnswer(path, timeoutMs));
    }, timeoutMs);
    const settle = (asked: DaemonReply) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(asked);
    };
    socket.once('connect', () => {
      connected = true;
      socket.end(frame);
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => settle(decodeResponse(Buffer.concat(chunks)) ?? 'broken'));
    socket.once('error', () => settle(connected ? 'broken' : 'absent'));
  });
}

/** The daemon is there, and stuck. */
export function noAnswer(path: string, timeoutMs: number): XacctError {
  return new XacctError('daemon', `the daemon at ${path} did not answer within ${timeoutMs / 1_000} s`, {
    hint: { run: command`pkill -KILL -f ${'ecr-xacct.* daemon run'}` },
  });
}
