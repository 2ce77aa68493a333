// Starts this program again, in a session of its own, with one pipe and nothing else of whoever started it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Environment, SelfCommand } from '../invocation.ts';
import { IN_OWN_GROUP } from './process-group.ts';

/** The descriptor on which it says what it has to say: stdout and stderr belong to whatever else prints in that process. */
export const RESULT_FD = 3;

export interface SpawnSelf {
  args: readonly string[];
  /** The whole environment. */
  env: Environment;
  stdin: 'pipe' | 'ignore';
  cwd?: string;
}

/** The child, and the pipe it writes to: undefined where it could not be started (then `error` is emitted). */
export function spawnSelf(
  [executable, ...before]: SelfCommand,
  { args, env, stdin, cwd }: SpawnSelf,
): { child: ChildProcess; output: Readable | undefined } {
  const gaps = highestInheritedFd() - RESULT_FD;
  const nothing = gaps === 0 ? undefined : openSync('/dev/null', 'r+');
  const start = (fillers: number[]) =>
    spawn(executable, [...before, ...args], {
      env: { ...env },
      cwd,
      stdio: [stdin, 'ignore', 'ignore', 'pipe', ...fillers],
      ...IN_OWN_GROUP,
    });
  try {
    const fillers = nothing === undefined ? [] : Array<number>(gaps).fill(nothing);
    let child = start(fillers);
    if (child.pid === undefined && fillers.length > 0) {
      // The limit of open files, most likely. A child that holds what it inherited is better than none.
      child.once('error', () => {});
      child = start([]);
    }
    return { child, output: (child.stdio?.[RESULT_FD] ?? undefined) as Readable | undefined };
  } finally {
    if (nothing !== undefined) closeSync(nothing);
  }
}

/**
 * Node keeps what it inherited from its children only up to the first gap after descriptor 15
 * (uv_disable_stdio_inheritance), and scripts hold locks and pipes on numbers such as 200. So every number up to the highest
 * of these is given /dev/null in the child.
 */
function highestInheritedFd(): number {
  if (process.platform === 'win32') return RESULT_FD;
  try {
    const descriptors = readdirSync('/dev/fd').map(Number);
    return Math.max(RESULT_FD, ...descriptors.filter(isInherited));
  } catch {
    return RESULT_FD;
  }
}

/** O_CLOEXEC on Linux: Node opens all of its own descriptors with it. */
const CLOSE_ON_EXEC = 0o2000000;

function isInherited(fd: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // It was the one that the folder was read with.
    return false;
  }
}
