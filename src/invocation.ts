// How this run was started: which program, whose environment, which user, which streams, and who waits for it.
import type { Readable, Writable } from 'node:stream';

/** Environment variables, of this process or of its caller. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How this program starts itself: executable first, then what stands before the command. */
export type SelfCommand = readonly [string, ...string[]];

/** Tells a person what is waited for, as in `Asking STS as profile dev`, until the function that it returns is called. */
export type ShowWait = (what: string) => () => void;

export interface Invocation {
  self: SelfCommand;
  /** All of it, marked so (`wholeEnvironment`). */
  env: Environment;
  /** Undefined where the system has no user ids (Windows): there is no daemon then. */
  uid: number | undefined;
  /** For people's commands alone. */
  showWait?: ShowWait | undefined;
}

/** The work, with what it waits for on the screen. */
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
