// Finds this machine's identities of an account: those that may change registry policies, and those that may read IAM.

import { createConfigReader } from '../config/config-reader.ts';
import { orError, XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { describeIdentity, profileOf } from '../identity/identity.ts';
import { climb, type ResolutionInput } from '../identity/precedence.ts';
import { refuseMistyped } from '../identity/profile-failure.ts';
import { type Resolution, resolutionOf } from '../identity/resolve.ts';
import type { Invocation, Run } from '../invocation.ts';
import { createMinters } from '../minter/start-minter.ts';
import { declaredAccount } from '../profiles/profile-accounts.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { type AwsCaller, askAs } from './ask-as.ts';

/**
 * Yields the named profile; otherwise each identity of the account, from the environment, ~/.aws/config and the default
 * chain. The rules of config.yaml do not count: they are about pulls. A person is asked for an MFA code only for the
 * first identity.
 * @param onFailure receives the error of an identity that declares the account but cannot be used, if there is another.
 * @throws XacctError if no identity is of the account; says why for each.
 */
export async function* ownersOf(
  registry: Registry & { account: string },
  profile: string | undefined,
  { invocation, streams }: Run,
  onFailure: (failure: XacctError) => void = () => {},
): AsyncGenerator<AwsCaller> {
  const input = resolutionInputIn(registry, invocation);
  const { account } = registry;
  if (profile !== undefined) {
    yield profileIn(registry, profile, input, (resolution) => askAs(resolution, invocation, streams));
    return;
  }
  const failures: { text: string; error?: XacctError }[] = [];
  let isFirst = true;
  for (const resolution of candidates(input)) {
    if (resolution instanceof XacctError) {
      failures.push({ text: resolution.message });
      continue;
    }
    const who = describeIdentity(resolution.identity);
    const declared = declaredAccountOf(resolution, input);
    if (declared !== undefined && declared !== account) {
      failures.push({ text: `${who} is of account ${declared}` });
      continue;
    }
    const person = isFirst && declared === account ? streams : undefined;
    const asked = await orError(() => askAs(resolution, invocation, person));
    if (asked instanceof XacctError) {
      // If a person cancels, the other identities are not tried.
      if (asked.code === 'cancelled') throw asked;
      const error = declared === account ? named(asked, registry, who) : undefined;
      failures.push({ text: `${who}: ${asked.message}`, ...(error && { error }) });
      if (error !== undefined) onFailure(error);
    } else if (asked.caller.account === account) {
      isFirst = false;
      yield asked;
    } else failures.push({ text: `${who} is of account ${asked.caller.account}` });
  }
  if (isFirst) throw failures.find(({ error }) => error !== undefined)?.error ?? noneIn(account, failures);
}

/** `again`: the command that was run, with another profile. @throws XacctError `profile-missing` with that command. */
export function refuseMistypedProfile(
  named: string | undefined,
  { invocation: { env } }: Run,
  again: (meant: string) => Command,
): void {
  refuseMistyped(named, createProfileReader()(env), again);
}

async function profileIn(
  registry: Registry & { account: string },
  profile: string,
  input: ResolutionInput,
  ask: (resolution: Resolution) => Promise<AwsCaller>,
): Promise<AwsCaller> {
  const { account, hostname } = registry;
  const identity = { kind: 'profile', profile } as const;
  const candidate = { identity, reason: `--profile ${profile}` };
  const asked = await orError(() => ask(resolutionOf(hostname, 'override', candidate, input)));
  if (asked instanceof XacctError) throw named(asked, registry, describeIdentity(identity));
  if (asked.caller.account === account) return asked;
  // For a registry as a whole, AWS answers only about the caller's own.
  throw new XacctError(
    'no-identity',
    `${asked.identity} is of account ${asked.caller.account}, and the registry of ${account}`,
    { hint: { say: `name a profile of ${account}, or omit --profile` } },
  );
}

/** Yields the callers of an account, one after another. */
export type CallersOf = (
  account: string,
  onFailure?: (failure: XacctError) => void,
) => AsyncGenerator<AwsCaller>;

/**
 * Yields profiles of ~/.aws/config: first those that declare the account. AWS is asked for the accounts of the others,
 * once for all accounts. No MFA code is asked for. A profile that cannot be used is skipped: `onFailure` receives its
 * error if the profile declares the account, or if the network failed.
 */
export function createCallersOf(registry: Registry, invocation: Invocation): CallersOf {
  const input = resolutionInputIn(registry, invocation);
  const { declared, undeclared } = input.profiles.accounts();
  const minters = createMinters(invocation.self, 0);
  const asked = new Map<string, Promise<AwsCaller | XacctError>>();
  const ask = (profile: string) => {
    const candidate = { identity: { kind: 'profile', profile } as const, reason: `profile ${profile}` };
    const resolution = resolutionOf(registry.hostname, 'override', candidate, input);
    const answer = asked.get(profile) ?? orError(() => askAs(resolution, invocation, undefined, minters));
    asked.set(profile, answer);
    return answer;
  };
  return async function* (account, onFailure = () => {}) {
    const whoIs = async (profile: string, isDeclared: boolean) => {
      const answer = await ask(profile);
      if (!(answer instanceof XacctError)) return answer.caller.account === account ? [answer] : [];
      if (isDeclared || answer.kind.of === 'way') onFailure(whose(answer, `profile ${profile}`));
      return [];
    };
    for (const profile of declared.get(account) ?? []) yield* await whoIs(profile, true);
    // In parallel, up to the limit of minters: each is a process.
    yield* (await Promise.all(undeclared.map((profile) => whoIs(profile, false)))).flat();
  };
}

function resolutionInputIn(registry: Registry, { env }: Invocation): ResolutionInput {
  const [config, profiles] = [createConfigReader()(env), createProfileReader()(env)];
  return { registry, match: undefined, config, profiles, env, learntAccount: () => undefined };
}

/**
 * In the order of the tries, each once. Profiles without a declared account come just before the default chain. Ends
 * with the error of a broken default profile.
 */
function* candidates(input: ResolutionInput): Generator<Resolution | XacctError> {
  const { registry, profiles } = input;
  const of = (profile: string) => ({ identity: { kind: 'profile', profile } as const, reason: '' });
  const seen = new Set<string>();
  try {
    for (const { step, candidates: found } of climb({ ...input, config: discovering(input) })) {
      if (step === 'rule') continue;
      const all =
        step === 'discovery' ? [...found, ...profiles.accounts().undeclared.map((name) => of(name))] : found;
      for (const candidate of all) {
        const key = describeIdentity(candidate.identity);
        if (!seen.has(key)) yield resolutionOf(registry.hostname, step, candidate, input);
        seen.add(key);
      }
    }
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    yield error;
  }
}

/** `discover: false` applies to pulls only. */
function discovering({ config }: ResolutionInput): ResolutionInput['config'] {
  return { ...config, discover: true };
}

function declaredAccountOf({ identity }: Resolution, { profiles }: ResolutionInput): string | undefined {
  const profile = profileOf(identity);
  return profile === undefined ? undefined : declaredAccount(profiles, profile);
}

const MAX_SHOWN = 4;

function noneIn(account: string, failures: readonly { text: string }[]): XacctError {
  const shown = failures.slice(0, MAX_SHOWN).map(({ text }) => text);
  if (failures.length > MAX_SHOWN) shown.push(`and ${failures.length - MAX_SHOWN} more`);
  const why = shown.length === 0 ? '' : `: ${shown.join(', ')}`;
  return new XacctError('no-identity', `no profile of account ${account} is known here${why}`, {
    hint: { say: 'add --profile NAME, or ask the owner of the account to run this' },
  });
}

/** Adds the registry and the identity that failed. */
function named(error: XacctError, { hostname }: Registry, who: string): XacctError {
  return whose(error, who).prefixed(hostname);
}

function whose(error: XacctError, who: string): XacctError {
  return error.kind.of === 'profile' ? error : error.prefixed(who);
}
