// How this run was started: which program, whose environment, which user, which streams. Types only.
import type { Readable, Writable } from 'node:stream';

/** Environment variables, of this process or of its caller. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How this program starts itself: executable first, then what stands before the command. */
export type SelfCommand = readonly [string, ...string[]];

export interface Invocation {
  self: SelfCommand;
  /** All of it, marked so (`wholeEnvironment`). */
  env: Environment;
  /** Undefined where the system has no user ids (Windows): there is no daemon then. */
  uid: number | undefined;
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
