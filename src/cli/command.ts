// What every command of `ecr-xacct` is given.
import type { Command } from 'commander';
import type { Front } from '../client/answer.ts';
import { XacctError } from '../errors.ts';
import { socketPath } from '../wire/socket-path.ts';
import type { Streams } from './helper-command.ts';

export interface CommandContext {
  /** Where the command adds itself. */
  program: Command;
  front: Front;
  version: string;
  streams: Streams;
  /** Called with the exit status where it is neither 0 nor a thrown error. */
  setStatus: (status: number) => void;
}

/** Whose daemon it is, and where it listens. @throws XacctError `usage` on a system without user ids; `socket-unsafe`. */
export function daemonAddress({ env, uid }: Front): { path: string; uid: number } {
  if (uid === undefined) {
    throw new XacctError('usage', 'there is no daemon on this system: every call mints in its own process');
  }
  return { path: socketPath(env, uid), uid };
}
