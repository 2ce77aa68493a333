// The frames between client and daemon: one request and one answer a connection.
//
// Request: `ecr-xacct/1 ACTION\n`, the environment as `NAME=value\0`…, an empty `\0`, then stdin until half-close.
// Answer: one byte (`0` success, `1` quiet failure, `2` failure, anything else: answer yourself), then the text until close.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

export interface Request {
  action: string;
  env: Record<string, string>;
  input: string;
}

export interface Response {
  outcome: 'success' | 'quiet-failure' | 'failure' | 'answer-yourself';
  text: string;
}

/** Environment and stdin together; an ECR password is about 2.4 kB. */
export const MAX_FRAME_BYTES = 256 * 1024;

const PROTOCOL = 'ecr-xacct/1';
const OUTCOMES = { success: '0', 'quiet-failure': '1', failure: '2', 'answer-yourself': '3' } as const;

/** @throws XacctError `protocol` where the frame would be larger than 256 KiB. */
export function encodeRequest({ action, env, input }: Request): Buffer {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
  const frame = Buffer.from(`${PROTOCOL} ${action}\n${variables.join('')}\0${input}`);
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge();
  return frame;
}

/**
 * Undefined where it is a request of another version of this protocol.
 * @throws XacctError `protocol` where it is no request at all.
 */
export function decodeRequest(frame: Buffer): Request | undefined {
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge();
  const endOfLine = frame.indexOf('\n');
  const [protocol, action, ...rest] = frame.toString('latin1', 0, Math.max(endOfLine, 0)).split(' ');
  if (endOfLine < 0 || action === undefined || rest.length > 0) throw malformed();
  if (protocol !== PROTOCOL) {
    if (/^ecr-xacct\/\d+$/.test(protocol ?? '')) return undefined;
    throw malformed();
  }
  const env: Record<string, string> = Object.create(null);
  let at = endOfLine + 1;
  for (;;) {
    const end = frame.indexOf(0, at);
    if (end < 0) throw malformed();
    if (end === at) break;
    const variable = frame.toString('utf8', at, end);
    const equals = variable.indexOf('=');
    if (equals < 1) throw malformed();
    env[variable.slice(0, equals)] = variable.slice(equals + 1);
    at = end + 1;
  }
  return { action, env, input: frame.toString('utf8', at + 1) };
}

export function encodeResponse({ outcome, text }: Response): Buffer {
  return Buffer.from(OUTCOMES[outcome] + text);
}

/** Undefined where the daemon closed without an answer. */
export function decodeResponse(frame: Buffer): Response | undefined {
  if (frame.length === 0) return undefined;
  const code = String.fromCharCode(frame[0] ?? 0);
  const text = frame.toString('utf8', 1);
  if (code === OUTCOMES.success) return { outcome: 'success', text };
  if (code === OUTCOMES['quiet-failure']) return { outcome: 'quiet-failure', text };
  if (code === OUTCOMES.failure) return { outcome: 'failure', text };
  return { outcome: 'answer-yourself', text: '' };
}

function tooLarge(): XacctError {
  return new XacctError('protocol', `stdin and environment are larger than ${MAX_FRAME_BYTES / 1024} KiB`, {
    hint: { say: 'a credential helper reads one hostname or one credential: run docker login again' },
  });
}

function malformed(): XacctError {
  return new XacctError('protocol', 'the request is not of protocol ecr-xacct/1', {
    hint: { run: command`ecr-xacct daemon stop` },
  });
}
