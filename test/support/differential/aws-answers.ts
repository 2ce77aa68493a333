// The cache of a real `aws`'s answers, so that during development only ours runs again.
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AwsProgram } from './aws-programs.ts';
import type { Case } from './differential-case.ts';
import type { Observation } from './observation.ts';
import { runAws, type Tls } from './run-program.ts';

/** Runs `aws` for a case. */
export type AskAws = (tls: Tls, program: AwsProgram, one: Case) => Promise<Observation>;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** An `aws` that runs only if the folder has no answer of the same version, for the same case and harness. */
export async function rememberedAws(folder: string): Promise<AskAws> {
  const sources = globSync(['test/support/differential/*.ts', 'test/fake-aws/*.ts'], {
    cwd: ROOT,
  }).toSorted();
  const texts = await Promise.all(sources.map((path) => readFile(join(ROOT, path), 'utf8')));
  const harness = texts.join('');
  return async (tls, program, one) => {
    const { name: _, difference: __, ...asked } = one;
    const bytes = (key: string, value: unknown) => (value instanceof Uint8Array ? [key, ...value] : value);
    const question = JSON.stringify([program, asked], bytes);
    const digest = createHash('sha256').update(harness).update(question).digest('hex');
    const path = join(folder, `${digest}.json`);
    const known = await readFile(path, 'utf8').catch(() => undefined);
    if (known !== undefined) return JSON.parse(known) as Observation;
    const observation = await runAws(tls, program, one);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(observation));
    return observation;
  };
}
