// Parses a large file in a process of its own, with a time limit, so that callers with other files do not wait for it.
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { abortable } from '../os/abortable.ts';
import { limitError } from '../os/limits.ts';
import { killGroup } from '../os/process-group.ts';
import { createQueue } from '../os/queue.ts';
import { spawnSelf } from '../os/spawn-self.ts';
import { type Parsed, TAKERS } from './parsed-lines.ts';
import type { LastLine } from './run-parser.ts';

/** A file of 4 MiB takes a few seconds. */
const TIMEOUT_MS = 20_000;

/** Each process may need hundreds of megabytes for a moment. A small file does not wait for large ones. */
const LARGE_BYTES = 256 * 1024;
const MAX_AT_ONCE = { small: 2, large: 1 };

/** `size` in bytes. */
export type ParseApart = <K extends keyof Parsed>(what: K, path: string, size: number) => Promise<Parsed[K]>;

/**
 * @throws XacctError, from the returned function: the fault of the file; `timeout`; `internal` if the process ends
 * early.
 */
export function createParseApart(self: SelfCommand): ParseApart {
  const small = createQueue(MAX_AT_ONCE.small);
  const large = createQueue(MAX_AT_ONCE.large);
  return (what, path, size) => (size > LARGE_BYTES ? large : small)(() => parse(self, what, path));
}

/** A reader that never makes a caller wait longer than for an answer: `timeoutMs` is the environment's. */
export function withinTimeout<T>(
  read: (env: Environment) => T | Promise<T>,
  timeoutMs: (env: Environment) => number,
): (env: Environment) => T | Promise<T> {
  return (env) => {
    const value = read(env);
    if (!(value instanceof Promise)) return value;
    const milliseconds = timeoutMs(env);
    const controller = new AbortController();
    setTimeout(() => controller.abort(tooSlow('a large file', milliseconds)), milliseconds).unref();
    return abortable(value, controller.signal);
  };
}

async function parse<K extends keyof Parsed>(self: SelfCommand, what: K, path: string): Promise<Parsed[K]> {
  let isLate = false;
  let end = () => {};
  const deadline = setTimeout(() => {
    isLate = true;
    end();
  }, TIMEOUT_MS);
  try {
    const { child, output } = spawnSelf(self, { args: ['parse', what, path], env: {}, stdin: 'ignore' });
    end = () => killGroup(child);
    const [failed] = child.pid === undefined ? await once(child, 'error') : [];
    if (failed !== undefined || output === undefined) throw failed;
    const taker = TAKERS[what]();
    let rest = '';
    for await (const chunk of output.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const value: unknown = JSON.parse(line);
        if (!isEnd(value)) taker.take(value);
        else if ('error' in value) throw errorFrom(value.error);
        else return taker.taken();
      }
      // Other work gets a turn between chunks: a pipe delivers many of them in one turn of the event loop.
      await setImmediate();
    }
    throw new Error('the process that read it ended early');
  } catch (error) {
    if (error instanceof XacctError) throw error;
    throw isLate ? tooSlow(path, TIMEOUT_MS) : notRead(path, error);
  } finally {
    clearTimeout(deadline);
    end();
  }
}

function isEnd(value: unknown): value is LastLine {
  return typeof value === 'object' && value !== null && ('end' in value || 'error' in value);
}

/** `path`: the path, or a description. */
function tooSlow(path: string, milliseconds: number): XacctError {
  return new XacctError('timeout', `${path} was not read within ${milliseconds / 1_000} s`, {
    hint: { say: 'to see how large the files are', run: command`ecr-xacct config check` },
  });
}

function notRead(path: string, cause: unknown): XacctError {
  const what = `could not start a process to read ${path}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  const refused = new XacctError('internal', `could not read ${path}: ${why}`, {
    hint: { say: 'if this program was moved or replaced', run: command`ecr-xacct daemon stop` },
    cause,
  });
  return limitError(what, cause) ?? refused;
}
