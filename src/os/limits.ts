// Names the system limit that was reached if a file could not be opened or a process not started.
import { readFileSync } from 'node:fs';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';

interface Limit {
  words: string;
  hint: Hint;
}

const isMac = process.platform === 'darwin';

/** By the system's error code. A raised limit applies to one shell, and to what it starts afterwards. */
const LIMITS: Readonly<Record<string, Limit>> = {
  EMFILE: {
    words: 'too many open files in this process',
    hint: {
      say: 'to raise the limit',
      run: command`ulimit -n 4096`,
      next: { run: command`ecr-xacct daemon stop` },
    },
  },
  ENFILE: {
    words: 'too many open files on this machine',
    hint: { say: 'to see the limit', run: command`sysctl ${isMac ? 'kern.maxfiles' : 'fs.file-max'}` },
  },
  EAGAIN: {
    words: 'too many processes of this user',
    hint: { say: 'to see the limit (a container may have a lower one)', run: command`ulimit -u` },
  },
  ENOMEM: {
    words: 'out of memory',
    hint: { say: 'to see what is left', run: isMac ? ['vm_stat'] : ['free', '-m'] },
  },
};

/**
 * The error `limit`, as in `WHAT: too many open files in this process (EMFILE)`, if a limit made a system call fail;
 * undefined for any other reason. `what` is the action that failed.
 */
export function limitError(what: string, cause: unknown): XacctError | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return undefined;
  const { code } = cause;
  // For other calls than the start of a process, EAGAIN means "try again".
  if (code === 'EAGAIN' && !('syscall' in cause && String(cause.syscall).startsWith('spawn')))
    return undefined;
  const limit = Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
  if (limit === undefined) return undefined;
  return new XacctError('limit', `${what}: ${limit.words} (${code})`, { hint: limit.hint, cause });
}

/** How many files this process may have open; undefined if the system has no file with the limit. */
export function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
