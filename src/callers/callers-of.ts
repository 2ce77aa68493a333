// The callers that this machine has of an account: those that may change a registry's policies, and all that may look a role up.

import { createConfigReader } from '../config/config-reader.ts';
import { orError, XacctError } from '../errors.ts';
import { describeIdentity, profileOf } from '../identity/identity.ts';
import { climb, type ResolutionInput } from '../identity/precedence.ts';
import { type Resolution, resolutionOf } from '../identity/resolve.ts';
import type { Invocation, Run } from '../invocation.ts';
import { createMinters } from '../minter/start-minter.ts';
import { declaredAccount } from '../profiles/profile-accounts.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { type AwsCaller, askAs } from './ask-as.ts';

/**
 * The profile that is named; else every identity of the account in turn, of those that the environment names, that ~/.aws/config
 * has, and of the default chain. A rule of config.yaml does not count: it says who pulls. A person is asked for the MFA code of
 * the first alone.
 * @param onFailure is told why one that says it is of the account cannot be asked, where there is another.
 * @throws XacctError why each of them is not the one, where none is.
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
      // A person who does not want to be asked is not asked for the next identity.
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
  // What is asked about a registry as a whole, AWS answers for the caller's own.
  throw new XacctError(
    'no-identity',
    `${asked.identity} is of account ${asked.caller.account}, and the registry of ${account}`,
    { hint: { say: `name a profile of ${account}, or omit --profile` } },
  );
}

/** The callers of an account, in turn. */
export type CallersOf = (
  account: string,
  onFailure?: (failure: XacctError) => void,
) => AsyncGenerator<AwsCaller>;

/**
 * Those that ~/.aws/config has, those first that say they are of the account; the others are asked for theirs, each once for all
 * accounts. No MFA code is asked for, and a profile that AWS cannot be asked as is passed over: `onFailure` is told of those that
 * say they are of the account, and of all where it is the network.
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
    // All at once, as far as minters go: each is a process of its own.
    yield* (await Promise.all(undeclared.map((profile) => whoIs(profile, false)))).flat();
  };
}

function resolutionInputIn(registry: Registry, { env }: Invocation): ResolutionInput {
  const [config, profiles] = [createConfigReader()(env), createProfileReader()(env)];
  return { registry, match: undefined, config, profiles, env, learntAccount: () => undefined };
}

/**
 * In the order in which they are tried, each once; those that say nothing of their account before the default chain only. At
 * the end the error of a default profile that is broken.
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

/** `discover: false` is about pulls. */
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

/** With the registry, and with the identity that failed. */
function named(error: XacctError, { hostname }: Registry, who: string): XacctError {
  return whose(error, who).prefixed(hostname);
}

function whose(error: XacctError, who: string): XacctError {
  return error.kind.of === 'profile' ? error : error.prefixed(who);
}
