// One minter from outside: a process that is given one job, and is ended with everything it started at the deadline.
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
  /** Gives it its one job. An error is what it says, `timeout` at the deadline, `limit` where it cannot be started, `internal` where it crashes. */
  run<Q extends Question>(job: MintJob<Q>): Promise<JobOutcome<Q>>;
  /** Ends it; a job that it has fails. */
  kill(): void;
  /** Resolves when it has ended. */
  ended: Promise<void>;
}

/** Bytes. What the daemon asks, and parses while its callers wait: a token, or who one is, has a few kilobytes. */
const MAX_RESULT = 256 * 1024;
/** The policies of a registry with a thousand repositories may have ten thousand. */
const MAX_LARGE_RESULT = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

function mostOf(question: Question): number {
  return question === 'token' || question === 'caller' ? MAX_RESULT : MAX_LARGE_RESULT;
}

/**
 * Starts a minter in no environment at all: every variable comes with the job, over a pipe. `spareFor`: the job will come later,
 * probably with these variables for the authorities, so it loads now what that needs.
 */
export function startMinter(self: SelfCommand, spareFor?: Environment): MinterProcess {
  const args = spareFor === undefined ? ['mint'] : ['mint', '--spare'];
  try {
    // stdin stays open for as long as this process lives: when it closes, the minter ends itself.
    const started = spawnSelf(self, { args, env: {}, stdin: 'pipe' });
    if (spareFor !== undefined) started.child.stdin?.write(`${JSON.stringify(spareFor)}\n`);
    return minterIn(started);
  } catch (cause) {
    const error = notStarted(cause instanceof Error ? cause.message : String(cause), cause);
    return { run: async () => ({ error }), kill() {}, ended: Promise.resolve() };
  }
}

function minterIn({ child, output }: ReturnType<typeof spawnSelf>): MinterProcess {
  // A minter that dies before it has read its job is told by its end, not by EPIPE.
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

/** For a minter that did not say itself what it was waiting for. */
export function timeoutError(timeoutMs: number): XacctError {
  return new XacctError('timeout', `no answer from AWS within ${timeoutMs / 1_000} s`, {
    hint: {
      say: 'to wait longer',
      run: command`export ECR_XACCT_TIMEOUT=${Math.min((timeoutMs / 1_000) * 2, 600)}`,
    },
  });
}

/** What a shell says of a program that it cannot start, and what is left of an exec that failed after the fork. */
const NOT_STARTED = 127;

/** The line the minter wrote, once it is whole; what there is of it where it ended, or wrote more than `most` characters. */
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
      // Its end takes milliseconds that need not be waited for.
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
