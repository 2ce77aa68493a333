// How this run was started: the program, the environment, the user, the streams, and how to show a wait.
import type { Readable, Writable } from 'node:stream';

/** Environment variables, of this process or of its caller. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How this program starts itself: the executable first, then the words before the command. */
export type SelfCommand = readonly [string, ...string[]];

/** Shows what the program waits for, as in `Asking STS as profile dev`, until the returned function is called. */
export type ShowWait = (what: string) => () => void;

export interface Invocation {
  self: SelfCommand;
  /** The whole environment, with its mark (`wholeEnvironment`). */
  env: Environment;
  /** Undefined if the system has no user ids (Windows): then there is no daemon. */
  uid: number | undefined;
  /** Only for people's commands. */
  showWait?: ShowWait | undefined;
}

/** Runs the work, and shows what it waits for. */
export async function waitingFor<T>(
  what: string,
  { showWait }: Pick<Invocation, 'showWait'>,
  work: () => Promise<T>,
): Promise<T> {
  const end = showWait?.(what);
  try {
    return await work();
  } finally {
    end?.();
  }
}

export interface Streams {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** One run of a command for people. */
export interface Run {
  invocation: Invocation;
  streams: Streams;
}
