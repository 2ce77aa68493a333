// Starts this program again, in its own session, with one pipe. The child closes other inherited descriptors itself.
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
 * The child, and the pipe that it writes to; undefined if it could not start, which its `error` event reports.
 * @throws the system's error, for rarer failures of the start (ENOMEM).
 */
export function spawnSelf(
  [executable, ...before]: SelfCommand,
  { args, env, stdin, cwd }: SpawnSelf,
): { child: ChildProcess; output: Readable | undefined } {
  // Not imported: Node takes a millisecond to load it, and most runs start no child.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(executable, [...before, ...args], {
    env: { ...env },
    cwd,
    stdio: [stdin, 'ignore', 'ignore', 'pipe'],
    ...IN_OWN_GROUP,
  });
  return { child, output: (child.stdio?.[RESULT_FD] ?? undefined) as Readable | undefined };
}
