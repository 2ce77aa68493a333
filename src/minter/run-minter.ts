// Inside a minter: reads its job from stdin, asks AWS, writes the result, ends.
import { writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { passedEnvironment } from '../caller-environment.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';
import { RESULT_FD } from '../os/inherited-fds.ts';
import type { Question } from '../questions.ts';
import { type JobOutcome, type MintJob, resultLine } from './job.ts';

/** Runs one job. Ends at once, without a result, when stdin closes: the parent has ended. */
export async function runMinter(stdin: Readable, isSpare: boolean): Promise<void> {
  const { promise: likely, resolve: resolveLikely } = Promise.withResolvers<Environment>();
  const { promise: job, resolve } = Promise.withResolvers<MintJob>();
  // `startMinter` wrote these lines: for a spare, one line before its job.
  const readers: ((line: string) => void)[] = [
    ...(isSpare ? [(line: string) => resolveLikely(JSON.parse(line) as Environment)] : []),
    (line) => resolve(JSON.parse(line) as MintJob),
  ];
  let text = '';
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) readers.shift()?.(line);
  });
  stdin.once('end', endGroup);
  stdin.once('error', endGroup);
  // If the job has arrived already, do not load anything before it.
  const hasJob = () => Promise.race([job.then(() => true), setImmediate(false)]);
  if (isSpare && !(await hasJob())) {
    const { warmUp } = await import('../aws/warm-up.ts');
    // A job that arrives during this does not wait for it.
    if (!(await hasJob())) await Promise.race([warmUp(await likely), job]);
  }
  writeSync(RESULT_FD, resultLine(await outcomeOf(await job)));
}

/** Kills this process with its group, which includes a running credential_process. */
function endGroup(): never {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // Started by hand: the group is another process's.
  }
  process.exit(1);
}

async function outcomeOf(job: MintJob): Promise<JobOutcome<Question>> {
  becomeCaller(job.env);
  try {
    // Loaded separately: callers wait for a mint, so it loads only what it needs.
    const { question, input } = job;
    if (question === 'token') {
      const { mintToken } = await import('../aws/mint.ts');
      return await mintToken(job);
    }
    const { answerQuestion } = await import('../aws/answer-question.ts');
    return await answerQuestion({ question, input }, job);
  } catch (error) {
    if (error instanceof XacctError) return { error };
    // Only the error's class: its message may quote what a provider read.
    const name = error instanceof Error ? error.name : typeof error;
    return { error: new XacctError('internal', `the minter failed unexpectedly (${name})`) };
  }
}

/** The SDK reads its process's environment. A credential_process alone gets the caller's other variables. */
function becomeCaller(env: Environment): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, passedEnvironment(env));
  // If the user database does not have this user ID, the SDK's lookup of the home folder would fail.
  if (!process.env.HOME && homeFolder({}) === undefined) process.env.HOME = '/';
}
