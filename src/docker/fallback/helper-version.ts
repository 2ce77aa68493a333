// Which version a program on PATH answers as: so a wrapper is known, whatever it is written in.
import { childEnvironment } from '../../caller-environment.ts';
import type { Environment } from '../../invocation.ts';
import { HELPER_PROGRAM, type HelperFault } from '../helper-fault.ts';

/** It prints a line, and asks nothing. Milliseconds. */
const VERSION_MS = 5_000;

/** What both say of themselves, as in `docker-credential-ecr-xacct 0.1.0`; undefined of one that says anything else. */
export async function versionsOf(
  { found, own }: NonNullable<HelperFault['other']>,
  env: Environment,
): Promise<{ theirs: string | undefined; ours: string | undefined; isSame: boolean }> {
  const [theirs, ours] = await Promise.all([versionOf(found, env), versionOf(own, env)]);
  return { theirs, ours, isSame: theirs !== undefined && theirs === ours };
}

async function versionOf(program: string, env: Environment): Promise<string | undefined> {
  const { runHelper } = await import('./helper-process.ts');
  const asked = { program, args: ['version'], input: '', env: childEnvironment(env), timeoutMs: VERSION_MS };
  // One that cannot be started says nothing.
  const ran = await runHelper(asked).catch(() => undefined);
  const said = ran?.end === 'ended' && ran.status === 0 ? ran.stdout.toString().trim() : '';
  return new RegExp(`^${HELPER_PROGRAM} [\\w.+-]{1,100}$`).test(said) ? said : undefined;
}
