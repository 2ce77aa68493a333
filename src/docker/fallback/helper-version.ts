// Finds the version that a program on PATH reports. This recognizes a wrapper in any language.
import { childEnvironment } from '../../caller-environment.ts';
import type { Environment } from '../../invocation.ts';
import { HELPER_PROGRAM, type HelperFault } from '../helper-fault.ts';

/** A version needs no other service. Milliseconds. */
const VERSION_MS = 5_000;

/** The versions that both report, as in `docker-credential-ecr-xacct 0.1.0`; undefined for any other text. */
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
  // A program that cannot be started reports nothing.
  const ran = await runHelper(asked).catch(() => undefined);
  const said = ran?.end === 'ended' && ran.status === 0 ? ran.stdout.toString().trim() : '';
  return new RegExp(`^${HELPER_PROGRAM} [\\w.+-]{1,100}$`).test(said) ? said : undefined;
}
