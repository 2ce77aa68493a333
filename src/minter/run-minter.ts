// Inside a minter: reads its job from stdin, mints, writes the result, ends.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { mintToken } from '../aws/mint.ts';
import type { Environment } from '../config/paths.ts';
import { failedResult, type MintJob, type MintResult } from './job.ts';
import { RESULT_FD } from './spawn-self.ts';

/** Runs one job. Ends at once, without a result, when stdin closes: whoever asked is gone. */
export async function runMinter(stdin: Readable, env: Environment): Promise<void> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const { promise: job, resolve, reject } = Promise.withResolvers<MintJob>();
  const { promise: abandoned, resolve: abandon } = Promise.withResolvers<'abandoned'>();
  lines.once('line', (line) => {
    // Written by this very program, in `mintInProcess`.
    resolve(JSON.parse(line) as MintJob);
  });
  lines.once('close', () => {
    abandon('abandoned');
    reject(new Error('no job'));
  });
  const outcome = await Promise.race([job.then((received) => mint(received, env)), abandoned]);
  if (outcome === 'abandoned') endGroup();
  writeSync(RESULT_FD, `${JSON.stringify(outcome)}\n`);
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

async function mint({ resolution, timeoutMs }: MintJob, env: Environment): Promise<MintResult> {
  try {
    return { token: await mintToken(resolution, env, timeoutMs) };
  } catch (error) {
    return failedResult(error);
  }
}
