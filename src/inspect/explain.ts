// What `ecr-xacct explain` does: it asks why a registry has its identity, and prints each step.
import { explained } from '../client/ask-for-people.ts';
import type { Invocation, Run } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { printableJson } from '../terminal/printable-json.ts';
import { screenOf } from '../terminal/screen.ts';
import { conclusionOf } from './conclusion.ts';
import { type Concluded, explanationText } from './explanation-text.ts';
import { mayBeInstance } from './may-be-instance.ts';
import { awaitedSignIn } from './sign-in.ts';
import { withTilde } from './tilde.ts';

export interface ExplainOptions {
  mint?: true;
  json?: true;
}

/**
 * `hostname`: of a registry, with a port if the image name has one. @returns whether there is an identity and, with
 * `mint`, a token. @throws XacctError
 */
export async function showExplanation(
  hostname: string,
  { mint, json }: ExplainOptions,
  { invocation, streams }: Run,
): Promise<boolean> {
  const { env } = invocation;
  const concluded = await concludedOf(hostname, mint === true, invocation);
  const { explanation, ...more } = concluded;
  streams.stdout.write(
    json
      ? printableJson({ ...explanation, ...more })
      : explanationText(withTilde(concluded, env.HOME), screenOf(streams.stdout, env)),
  );
  return more.conclusion?.identity !== undefined;
}

async function concludedOf(hostname: string, mint: boolean, invocation: Invocation): Promise<Concluded> {
  // A host with a port is not our registry.
  const explanation = hostname.includes(':')
    ? { hostname, steps: [], candidates: [], learnt: [], unknown: [] }
    : await explained({ hostname, mint }, invocation);
  if (explanation.registry === undefined) {
    const { foreignHost } = await import('./foreign-host.ts');
    return { explanation, foreign: foreignHost(explanation, invocation) };
  }
  const { env } = invocation;
  const machine = {
    get isInstance() {
      return mayBeInstance(env);
    },
    get hasProfiles() {
      return createProfileReader()(env).names.length > 0;
    },
  };
  const conclusion = conclusionOf(explanation, machine);
  if (conclusion.identity === undefined) return { explanation, conclusion };
  const signIn = awaitedSignIn(explanation, () => createProfileReader()(env), { env, now: Date.now() });
  return { explanation, conclusion: { ...conclusion, ...(signIn && { signIn }) } };
}
