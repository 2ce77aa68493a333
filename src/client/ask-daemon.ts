// Sends one request to the daemon: connects, writes, reads the answer.
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { socketHolder } from '../os/socket-holder.ts';
import { decodeResponse, encodeRequest, type NewRequest, type Response } from '../wire/codec.ts';
import { isSafeSocket } from '../wire/socket-path.ts';

/**
 * `absent`: no process listens. `broken`: the daemon closed the connection without an answer. `too-large`: the request
 * cannot be sent.
 */
export type DaemonReply = Response | 'absent' | 'broken' | 'too-large';

/**
 * Asks the daemon. `timeoutMs` limits the whole exchange.
 * @throws XacctError `socket-unsafe`; `daemon` if no answer arrives in time.
 */
export async function askDaemon(
  path: string,
  uid: number,
  request: NewRequest,
  timeoutMs: number,
): Promise<DaemonReply> {
  const frame = encodeRequest(request);
  if (!isSafeSocket(path, uid)) return 'absent';
  if (frame === undefined) return 'too-large';
  // Not imported: Node takes two milliseconds to load it, and without a daemon it is not needed.
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    let connected = false;
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(noAnswer(path, uid, timeoutMs));
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

/** The error for a daemon that accepts connections but does not answer. */
export function noAnswer(path: string, uid: number, timeoutMs: number): XacctError {
  return new XacctError('daemon', `the daemon at ${path} did not answer within ${timeoutMs / 1_000} s`, {
    hint: killHint(path, uid),
  });
}

/** The command that ends the one process that listens there, or finds it if this system does not report its pid. */
export function killHint(path: string, uid: number): Hint {
  const pid = socketHolder(path, uid);
  if (pid !== undefined) return { run: command`kill -KILL ${pid}` };
  return { say: 'to find its process, which then has to be ended', run: command`sudo lsof -t ${path}` };
}
