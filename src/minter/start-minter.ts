// Starts one process for one mint, in the caller's environment, and ends it with everything it started at the deadline.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Environment } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Token } from '../token/token.ts';
import { type MintJob, readResult } from './job.ts';
import { type SelfCommand, spawnSelf } from './spawn-self.ts';

/** A result is a token of a few kilobytes or one line of error. */
const MAX_RESULT_BYTES = 64 * 1024;

/**
 * Mints in a process of its own. `env` is the whole environment of that process.
 * @throws XacctError whatever the minter says, `timeout` at the deadline, `internal` when it crashes.
 */
export async function mintInProcess(
  self: SelfCommand,
  resolution: Resolution,
  env: Environment,
  timeoutMs: number,
): Promise<Token> {
  // stdin stays open for as long as this process lives: when it closes, the minter ends itself.
  const { child: minter, output } = spawnSelf(self, { args: ['mint'], env, stdin: 'pipe' });
  const job: MintJob = { resolution, timeoutMs };
  // A minter that dies before it has read its job is told by its end, not by EPIPE.
  minter.stdin?.on('error', () => {});
  minter.stdin?.write(`${JSON.stringify(job)}\n`);
  let timedOut = false;
  const deadline = setTimeout(() => {
    timedOut = true;
    killGroup(minter);
  }, timeoutMs);
  try {
    const line = await resultOf(minter, output);
    if (line === '' && timedOut) throw timeoutError(timeoutMs);
    return readResult(line);
  } finally {
    clearTimeout(deadline);
    killGroup(minter);
  }
}

/** Aborts, with a `timeout` error for a reason, a moment after a mint with this timeout would have ended. */
export function mintDeadline(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs + 100).unref();
  return controller.signal;
}

/** For a minter that did not say itself what it was waiting for. */
function timeoutError(timeoutMs: number): XacctError {
  return new XacctError('timeout', `no answer from AWS within ${timeoutMs / 1_000} s`, {
    hint: `to wait longer, run: export ECR_XACCT_TIMEOUT=${Math.min((timeoutMs / 1_000) * 2, 600)}`,
  });
}

/** What a shell says of a program that it cannot start, and what is left of an exec that failed after the fork. */
const NOT_STARTED = 127;

/** The line the minter wrote; empty where it ended without one. */
function resultOf(minter: ChildProcess, output: Readable | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    minter.once('error', (cause) => reject(notStarted(cause.message, cause)));
    const chunks: Buffer[] = [];
    let size = 0;
    output?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_RESULT_BYTES) chunks.push(chunk);
    });
    output?.once('error', () => {});
    minter.once('close', (status: number | null) => {
      if (status === NOT_STARTED && size === 0) reject(notStarted(`${minter.spawnfile} did not start`));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

function notStarted(why: string, cause?: unknown): XacctError {
  return new XacctError('internal', `could not start a minter: ${why}`, {
    hint: 'if this program was moved or replaced, run: ecr-xacct daemon stop',
    cause,
  });
}

/** Kills the minter's process group: a credential_process that still runs belongs to it. */
function killGroup(minter: ChildProcess): void {
  if (minter.pid === undefined) return;
  try {
    process.kill(-minter.pid, 'SIGKILL');
  } catch {
    // All of it has ended already.
  }
}
