// Chooses the identity for a hostname, with the remembered accounts of profiles, and asks AWS if an account can decide.
import { orUnknown } from '../caller-environment.ts';
import type { SharedConfigReader } from '../config/config-reader.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { CallerWorld } from '../identity/identity.ts';
import { type Choice, chooseIdentity, resolutionInput, resolutionOf } from '../identity/resolve.ts';
import type { ServiceAccount } from '../identity/service-account.ts';
import type { Profiles, SharedProfileReader } from '../profiles/profiles.ts';
import type { AccountMemory, Learnt } from './account-memory.ts';

export interface ChoiceDeps {
  readConfig: SharedConfigReader;
  readProfiles: SharedProfileReader;
  accounts: AccountMemory;
}

/** The caller and the hostname of a choice. */
export interface ChoiceInput extends CallerWorld {
  hostname: string;
  /** The service account of the pod that the kubelet asks for. */
  serviceAccount?: ServiceAccount | undefined;
}

/**
 * Chooses for a caller that no longer waits: asks AWS nothing, and skips profiles whose process needs the whole
 * environment. Undefined if the hostname is neither ECR's nor mapped.
 */
export function chooseRemembered({ accounts }: ChoiceDeps, asked: ChoiceInput): Choice | undefined {
  const recall: AccountMemory['recall'] = (...of) => orUnknown(() => accounts.recall(...of));
  const input = resolutionInputAsked({ accounts: { recall } }, asked);
  return input && chooseIdentity(asked.hostname, input);
}

/**
 * Chooses for a caller that waits: first asks AWS for the accounts of profiles that could match, until the deadline.
 * @throws XacctError `timeout` if a profile that was not asked could match.
 */
export async function learnAndChoose(
  deps: ChoiceDeps,
  asked: ChoiceInput,
  deadline: () => AbortSignal,
): Promise<Choice | undefined> {
  const input = resolutionInputAsked(deps, asked);
  if (input === undefined) return undefined;
  const choice = chooseIdentity(asked.hostname, input);
  const { account } = choice.registry;
  const isUnknown = (profile: string) => deps.accounts.recall(profile, asked) === undefined;
  const unknown = choice.unknown.filter(isUnknown);
  if (account === undefined || unknown.length === 0) return choice;
  const hasFailed = (profile: string) => deps.accounts.hasFailed(profile, asked);
  const resolutions = likeliestFirst(unknown, account, asked.profiles, hasFailed).map((profile) => {
    const identity = { kind: 'profile', profile } as const;
    return resolutionOf(asked.hostname, 'discovery', { identity, reason: '' }, input);
  });
  const signal = deadline();
  await deps.accounts.learn(resolutions, account, asked, signal);
  const learnt = chooseIdentity(asked.hostname, input);
  if (!signal.aborted || !learnt.unknown.some(isUnknown)) return learnt;
  const left = unknown.filter((profile) => isNotLearnt(deps.accounts.recall(profile, asked)));
  throw outOfTime(signal.reason, { account, left: left.length, of: unknown.length });
}

function isNotLearnt(known: Learnt | undefined): boolean {
  return known === undefined || 'error' in known;
}

/**
 * First the profiles that contain the account ID (in the arguments of a process, say), then those with keys, which
 * answer fast. Profiles that failed before are last; else a few slow ones would be asked again and again.
 */
function likeliestFirst(
  names: readonly string[],
  account: string,
  profiles: Profiles,
  hasFailed: (name: string) => boolean,
): string[] {
  const rank = (name: string) => {
    if (hasFailed(name)) return 3;
    const settings = profiles.profile(name) ?? {};
    if ([name, ...Object.values(settings)].some((text) => text.includes(account))) return 0;
    return settings.credential_process === undefined ? 1 : 2;
  };
  const ranks = new Map(names.map((name) => [name, rank(name)]));
  return names.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0));
}

function outOfTime(
  reason: unknown,
  { account, left, of }: { account: string; left: number; of: number },
): unknown {
  if (!(reason instanceof XacctError)) return reason;
  return reason.reworded(
    `no profile says that it is of account ${account}, and ${reason.message}: ${left} of ${of} profiles have not been asked for their account yet`,
    {
      say: 'run the same command again, which continues from here, or say which profile it is',
      run: command`aws configure set aws_account_id ${account} --profile NAME`,
    },
  );
}

const MAX_SHOWN = 5;

/** What AWS answered for the accounts of profiles, each as a clause of a message. */
export function whatWasLearnt({ accounts }: ChoiceDeps, asked: ChoiceInput): string[] {
  const learnt = asked.profiles.accounts().undeclared.flatMap((profile) => {
    const known = accounts.recall(profile, asked);
    if (known === undefined) return [];
    return [
      'account' in known
        ? `profile ${profile} is of account ${known.account}`
        : `the account of profile ${profile} is not known (${known.error.message})`,
    ];
  });
  const more = learnt.length > MAX_SHOWN ? [`${learnt.length - MAX_SHOWN} more like these`] : [];
  return [...learnt.slice(0, MAX_SHOWN), ...more];
}

export function resolutionInputAsked(
  { accounts }: { accounts: Pick<AccountMemory, 'recall'> },
  asked: ChoiceInput,
) {
  const { hostname, config, profiles, env, serviceAccount } = asked;
  const learntAccount = (profile: string) => {
    const known = accounts.recall(profile, asked);
    return known !== undefined && 'account' in known ? known.account : undefined;
  };
  return resolutionInput(hostname, config, profiles, env, learntAccount, serviceAccount);
}
