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

/** Runs one job. Ends at once, without a result, when stdin closes: whoever asked is gone. */
export async function runMinter(stdin: Readable, isSpare: boolean): Promise<void> {
  const { promise: likely, resolve: resolveLikely } = Promise.withResolvers<Environment>();
  const { promise: job, resolve } = Promise.withResolvers<MintJob>();
  // Written by this very program, in `startMinter`: for a spare a line before its job.
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
  // A job that is there already would only wait for it.
  const hasJob = () => Promise.race([job.then(() => true), setImmediate(false)]);
  if (isSpare && !(await hasJob())) {
    const { warmUp } = await import('../aws/warm-up.ts');
    // A job that comes meanwhile goes on beside it.
    if (!(await hasJob())) await Promise.race([warmUp(await likely), job]);
  }
  writeSync(RESULT_FD, resultLine(await outcomeOf(await job)));
}

/** Ends this process with its group, which a credential_process that still runs belongs to. */
function endGroup(): never {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // Started by hand: the group is somebody else's.
  }
  process.exit(1);
}

async function outcomeOf(job: MintJob): Promise<JobOutcome<Question>> {
  becomeCaller(job.env);
  try {
    // Apart: a mint is waited for, and loads nothing that it does not need.
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

/** The SDK goes by the environment of its process. What else its caller has is for a credential_process alone. */
function becomeCaller(env: Environment): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, passedEnvironment(env));
  // With an ID that the user database does not have: the SDK would ask it for the home folder, and fail.
  if (!process.env.HOME && homeFolder({}) === undefined) process.env.HOME = '/';
}
