// The frames between client and daemon: one request and one answer for each connection.
//
// Request: `ecr-xacct/2 ACTION\n`, variables as `NAME=value\0`…, an empty `\0`, then stdin until half-close. Our own
// variables begin with `@`: `@place` and `@files` (`place.ts`), `@all=1` if the frame has the caller's whole
// environment, and, always first, `@size` (all bytes of the request, in seven digits): then the daemon does not wait
// for the half-close.
//
// Answer: one byte (`0` success, `1` quiet failure, `2` failure, `4` ask again with the whole environment, anything
// else: the client answers itself), then the text until close. If the request had `@size`, the answer begins with `=`
// and its own size in seven digits.
import { isWhole } from '../caller-environment.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** `ecr-xacct/1` is the version before: its clients are served, and its daemons replaced. */
export type WireVersion = 1 | 2;

export interface Request {
  version: WireVersion;
  action: string;
  env: Record<string, string>;
  input: string;
}

export interface Response<Outcome = keyof typeof OUTCOMES> {
  outcome: Outcome;
  /** For `answer-yourself`, the version and the reason: `ecr-xacct/2 place`. A daemon of version 1 sends none. */
  text: string;
}

/** Variables and stdin together; an ECR password is about 2.4 kB. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** The limit with the whole environment; a system's own limit is about as large. */
export const MAX_WHOLE_FRAME_BYTES = 1024 * 1024;

const NEWEST = 2;
const CURRENT = `ecr-xacct/${NEWEST}`;
const OUTCOMES = {
  success: '0',
  'quiet-failure': '1',
  failure: '2',
  'answer-yourself': '3',
  'ask-again': '4',
} as const;

/** The text before the size, which is the first variable. */
const SIZE = '\n@size=';
const SIZE_DIGITS = 7;

function digits(size: number): string {
  return String(size).padStart(SIZE_DIGITS, '0');
}

/** A request to send, of the newest version by default. */
export type NewRequest = Omit<Request, 'version'> & { version?: WireVersion };

/** Undefined if the frame would be larger than a daemon accepts, because the environment is too large. */
export function encodeRequest({ version = NEWEST, action, env, input }: NewRequest): Buffer | undefined {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
  const line = `ecr-xacct/${version} ${action}`;
  const rest = `${variables.join('')}\0${input}`;
  // Version 1 has no sizes.
  const isSized = version === NEWEST;
  const others = Buffer.byteLength(line) + SIZE.length + SIZE_DIGITS + 1 + Buffer.byteLength(rest);
  const frame = Buffer.from(`${line}${isSized ? `${SIZE}${digits(others)}\0` : '\n'}${rest}`);
  return frame.length > maxBytes(env) ? undefined : frame;
}

/** A Kubernetes namespace with a thousand services has seven thousand variables; a frame has room for many more. */
export const MAX_VARIABLES = 8_192;
/** The length of one variable, in characters; a path may have 4,096, AWS's tokens a few thousand. */
export const MAX_VARIABLE = 32_768;

/**
 * The request, or why it is not read: a later `version`, or variables that are too many or too long (`environment`) for
 * a process that others wait for.
 * @throws XacctError `protocol` if it is not a request, or too large.
 */
export function decodeRequest(frame: Buffer): Request | 'version' | 'environment' {
  const [line, rest] = partAt(frame.toString(), '\n');
  const [protocol, action] = partAt(line ?? '', ' ');
  if (protocol === undefined || action.includes(' ')) throw malformed();
  const version = protocol === CURRENT ? NEWEST : Number(/^ecr-xacct\/(\d{1,9})$/.exec(protocol)?.[1]);
  if (Number.isNaN(version)) throw malformed();
  if (version !== 1 && version !== NEWEST) return 'version';
  const env: Record<string, string> = Object.create(null);
  const [variables, input] = rest.startsWith('\0') ? ['', rest.slice(1)] : partAt(rest, '\0\0');
  if (variables === undefined) throw frame.length > MAX_FRAME_BYTES ? tooLarge(MAX_FRAME_BYTES) : malformed();
  const list = variables === '' ? [] : variables.split('\0', MAX_VARIABLES + 1);
  if (list.length > MAX_VARIABLES || list.some(({ length }) => length > MAX_VARIABLE)) return 'environment';
  for (const variable of list) {
    const [name, value] = partAt(variable, '=');
    if (!name) throw malformed();
    if (name === '@size') continue;
    // If a name occurs twice, the first value counts, as in getenv, Node and the AWS CLI.
    env[name] ??= value;
  }
  if (frame.length > maxBytes(env)) throw tooLarge(maxBytes(env));
  return { version, action, env, input };
}

/** The text before the mark (undefined if there is no mark), and the text after it. */
function partAt(text: string, mark: string): [before: string | undefined, behind: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [undefined, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

function maxBytes(env: Readonly<Record<string, string>>): number {
  return isWhole(env) ? MAX_WHOLE_FRAME_BYTES : MAX_FRAME_BYTES;
}

/**
 * Why a daemon leaves the answer to its client: the client's `version` is newer, the client sees other files (`place`),
 * …
 */
export function answerYourself(why: 'version' | 'place' | 'path' | 'action' | 'environment'): Response {
  return { outcome: 'answer-yourself', text: `${CURRENT} ${why}` };
}

/** Whether a daemon of an earlier version gave the answer. */
export function isOfOlderDaemon({ outcome, text }: Response): boolean {
  return outcome === 'answer-yourself' && Number(/^ecr-xacct\/(\d+) /.exec(text)?.[1] ?? 1) < NEWEST;
}

/** Stdin of `stop`, if it is meant only for daemons of an earlier version; the first version ignores it. */
export const OLDER_THAN_THIS = `older than ${CURRENT}`;

/** Whether a `stop` is meant only for daemons older than this one. */
export function isForOlder(input: string): boolean {
  return Number(/^older than ecr-xacct\/(\d+)$/.exec(input)?.[1] ?? NEWEST + 1) <= NEWEST;
}

/**
 * Enough for `explain`, the longest action of a client. No more becomes a string: the next variable may be a secret.
 */
const SIZE_WITHIN = 33;

/** The size that the request states; undefined if it states none, or has not yet. */
export function saidSize(beginning: Buffer): number | undefined {
  const head = beginning.toString('latin1', 0, SIZE_WITHIN);
  const at = head.indexOf('\n');
  if (at < 0 || !head.startsWith(SIZE, at)) return undefined;
  const said = head.slice(at + SIZE.length, at + SIZE.length + SIZE_DIGITS);
  return said.length === SIZE_DIGITS ? Number(said) : undefined;
}

/** `isSized`: the request stated its size. */
export function encodeResponse({ outcome, text }: Response, isSized = false): Buffer {
  const answer = OUTCOMES[outcome] + text;
  return Buffer.from(isSized ? `${SIZED}${digits(Buffer.byteLength(answer))}${answer}` : answer);
}

/** The first byte of an answer that states its size. */
const SIZED = '=';

/** Undefined if the daemon closed the connection without a complete answer. */
export function decodeResponse(bytes: Buffer): Response | undefined {
  const isSized = bytes[0] === SIZED.charCodeAt(0);
  const frame = isSized ? bytes.subarray(1 + SIZE_DIGITS) : bytes;
  if (frame.length === 0) return undefined;
  if (isSized && bytes.toString('latin1', 1, 1 + SIZE_DIGITS) !== digits(frame.length)) return undefined;
  const code = String.fromCharCode(frame[0] ?? 0);
  const text = frame.toString('utf8', 1);
  switch (code) {
    case OUTCOMES.success:
      return { outcome: 'success', text };
    case OUTCOMES['quiet-failure']:
      return { outcome: 'quiet-failure', text };
    case OUTCOMES.failure:
      return { outcome: 'failure', text };
    case OUTCOMES['ask-again']:
      return { outcome: 'ask-again', text: '' };
    default:
      return { outcome: 'answer-yourself', text };
  }
}

function tooLarge(bytes: number): XacctError {
  return new XacctError('protocol', `stdin and environment are larger than ${bytes / 1024} KiB`, {
    hint: { say: 'a credential helper reads one hostname or one credential: run docker login again' },
  });
}

function malformed(): XacctError {
  return new XacctError('protocol', `the request is not of protocol ${CURRENT}`, {
    hint: { run: command`ecr-xacct daemon stop` },
  });
}
