// One minter, seen from outside: a process that gets one job, and is killed with its children at the deadline.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { limitError } from '../os/limits.ts';
import { killGroup } from '../os/process-group.ts';
import { spawnSelf } from '../os/spawn-self.ts';
import { joinAndWipe, readAndWipe } from '../os/wipe.ts';
import type { Question } from '../questions.ts';
import { type JobOutcome, type MintJob, readResult } from './job.ts';

export interface MinterProcess {
  /**
   * Runs its one job. The error is the minter's own, `timeout` at the deadline, `limit` if it cannot start, `internal`
   * if it crashes.
   */
  run<Q extends Question>(job: MintJob<Q>): Promise<JobOutcome<Q>>;
  /** Kills it; its job fails. */
  kill(): void;
  /** Resolves when it has ended. */
  ended: Promise<void>;
}

/** Bytes. For the daemon's questions, which it parses while callers wait: a token or a caller has a few kilobytes. */
const MAX_RESULT = 256 * 1024;
/** A registry with a thousand repositories may have ten megabytes of policies. */
const MAX_LARGE_RESULT = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

function mostOf(question: Question): number {
  return question === 'token' || question === 'caller' ? MAX_RESULT : MAX_LARGE_RESULT;
}

/**
 * Starts a minter with an empty environment: all variables come with the job, over a pipe. With `spareFor` the job
 * comes later, probably with these variables for the authorities: the minter loads now what they need.
 */
export function startMinter(self: SelfCommand, spareFor?: Environment): MinterProcess {
  const args = spareFor === undefined ? ['mint'] : ['mint', '--spare'];
  try {
    // stdin stays open while this process lives: when it closes, the minter ends itself.
    const started = spawnSelf(self, { args, env: {}, stdin: 'pipe' });
    if (spareFor !== undefined) started.child.stdin?.write(`${JSON.stringify(spareFor)}\n`);
    return minterIn(started);
  } catch (cause) {
    const error = notStarted(cause instanceof Error ? cause.message : String(cause), cause);
    return { run: async () => ({ error }), kill() {}, ended: Promise.resolve() };
  }
}

function minterIn({ child, output }: ReturnType<typeof spawnSelf>): MinterProcess {
  // If a minter ends before it has read its job, the error of that end is reported, not EPIPE.
  child.stdin?.on('error', () => {});
  let most = MAX_RESULT;
  const result = resultOf(child, output, () => most);
  const ended = result.then(
    () => {},
    () => {},
  );
  return {
    async run<Q extends Question>(job: MintJob<Q>) {
      most = mostOf(job.question);
      const line = Buffer.from(`${JSON.stringify(job)}\n`);
      child.stdin?.write(line, () => line.fill(0));
      let timedOut = false;
      const deadline = setTimeout(() => {
        timedOut = true;
        killGroup(child);
      }, job.timeoutMs);
      try {
        const said = await result;
        return said === '' && timedOut ? { error: timeoutError(job.timeoutMs) } : readResult<Q>(said);
      } catch (error) {
        if (error instanceof XacctError) return { error };
        throw error;
      } finally {
        clearTimeout(deadline);
        killGroup(child);
      }
    },
    kill: () => killGroup(child),
    ended,
  };
}

/** For a minter that did not report what it was waiting for. */
export function timeoutError(timeoutMs: number): XacctError {
  return new XacctError('timeout', `no answer from AWS within ${timeoutMs / 1_000} s`, {
    hint: {
      say: 'to wait longer',
      run: command`export ECR_XACCT_TIMEOUT=${Math.min((timeoutMs / 1_000) * 2, 600)}`,
    },
  });
}

/** The exit status of a shell that cannot start a program, and of an exec that failed after the fork. */
const NOT_STARTED = 127;

/** The minter's line when it is complete; a part of it if the minter ended, or wrote more than `most` characters. */
function resultOf(minter: ChildProcess, output: Readable | undefined, most: () => number): Promise<string> {
  return new Promise((resolve, reject) => {
    minter.once('error', (cause) => reject(notStarted(cause.message, cause)));
    const chunks: Buffer[] = [];
    let size = 0;
    output?.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > most()) {
        output.destroy();
        resolve('');
      }
      // Does not wait for its end, which takes milliseconds.
      if (chunk.at(-1) === NEWLINE) resolve(textOf(chunks));
    });
    output?.once('error', () => {});
    minter.once('close', (status: number | null) => {
      if (status === NOT_STARTED && size === 0) reject(notStarted(`${minter.spawnfile} did not start`));
      else resolve(textOf(chunks));
    });
  });
}

function textOf(chunks: Buffer[]): string {
  return readAndWipe(joinAndWipe(chunks), String);
}

function notStarted(why: string, cause?: unknown): XacctError {
  const what = 'could not start a minter';
  const refused = new XacctError('internal', `${what}: ${why}`, {
    hint: { say: 'if this program was moved or replaced', run: command`ecr-xacct daemon stop` },
    cause,
  });
  return limitError(what, cause) ?? refused;
}
