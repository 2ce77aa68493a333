// Inside a minter: reads its job from stdin, asks AWS, writes the result, ends.
import { writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Environment } from '../invocation.ts';
import { RESULT_FD } from '../os/spawn-self.ts';
import { failedResult, type MintJob, type MintResult } from './job.ts';

/** Runs one job. Ends at once, without a result, when stdin closes: whoever asked is gone. */
export async function runMinter(stdin: Readable, isSpare: boolean): Promise<void> {
  const { promise: job, resolve } = Promise.withResolvers<MintJob>();
  let text = '';
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => {
    text += chunk;
    // Written by this very program, in `MinterProcess.run`.
    if (text.endsWith('\n')) resolve(JSON.parse(text) as MintJob);
  });
  stdin.once('end', endGroup);
  stdin.once('error', endGroup);
  // A job that is there already would only wait for it.
  const hasJob = () => Promise.race([job.then(() => true), setImmediate(false)]);
  if (isSpare && !(await hasJob())) {
    const { warmUp } = await import('../aws/warm-up.ts');
    if (!(await hasJob())) await warmUp();
  }
  const result = await answer(await job);
  writeSync(RESULT_FD, `${JSON.stringify(result)}\n`);
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

async function answer(job: MintJob): Promise<MintResult> {
  becomeCaller(job.env);
  try {
    // Apart: a mint is waited for, and loads nothing that it does not need.
    const { question, input } = job;
    if (question === 'token') {
      const { mintToken } = await import('../aws/mint.ts');
      return { answer: await mintToken(job) };
    }
    const { answerQuestion } = await import('../aws/answer-question.ts');
    return { answer: await answerQuestion({ question, input }, job) };
  } catch (error) {
    return failedResult(error);
  }
}

/** The SDK, and a credential_process that it starts, go by the environment of their process. */
function becomeCaller(env: Environment): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
}
