// What every command of `ecr-xacct` is given.
import { type Command, InvalidArgumentError } from 'commander';
import type { Front } from '../client/answer.ts';
import { noDaemonOnWindows } from '../client/reach-daemon.ts';
import { XacctError } from '../errors.ts';
import { partitionOfRegion } from '../registry/registry.ts';
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

/** Whose daemon it is, and where it listens. @throws XacctError `daemon` on Windows; `socket-unsafe`. */
export function daemonAddress({ env, uid }: Front): { path: string; uid: number } {
  if (uid === undefined) {
    throw noDaemonOnWindows();
  }
  return { path: socketPath(env, uid), uid };
}

/** What is wrong with the command line itself ends with the status of wrong usage. */
export async function withUsage(command: Command, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof XacctError) || error.code !== 'usage') throw error;
    command.error(`error: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`);
  }
}

/** The value of an option. @throws InvalidArgumentError for what is no region's name. */
export function regionName(text: string): string {
  if (partitionOfRegion(text) !== undefined) return text;
  throw new InvalidArgumentError('Write a region like us-east-1.');
}
