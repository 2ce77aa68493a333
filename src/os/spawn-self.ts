// Starts this program again, in a session of its own, with one pipe. It closes itself what else it inherits.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Environment, SelfCommand } from '../invocation.ts';
import { RESULT_FD } from './inherited-fds.ts';
import { IN_OWN_GROUP } from './process-group.ts';

export interface SpawnSelf {
  args: readonly string[];
  /** The whole environment. */
  env: Environment;
  stdin: 'pipe' | 'ignore';
  cwd?: string;
}

/**
 * The child, and the pipe it writes to: undefined where it could not be started, which is told by its `error`.
 * @throws the system's error, for the rarer reasons why it cannot be started (ENOMEM).
 */
export function spawnSelf(
  [executable, ...before]: SelfCommand,
  { args, env, stdin, cwd }: SpawnSelf,
): { child: ChildProcess; output: Readable | undefined } {
  // Not imported: Node takes a millisecond to load it, and few starts of the program start another.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(executable, [...before, ...args], {
    env: { ...env },
    cwd,
    stdio: [stdin, 'ignore', 'ignore', 'pipe'],
    ...IN_OWN_GROUP,
  });
  return { child, output: (child.stdio?.[RESULT_FD] ?? undefined) as Readable | undefined };
}
