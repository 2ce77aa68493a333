// Who to be for a hostname, with what is remembered of profiles that do not say their account, and asking AWS where it matters.
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

/** For whom it is chosen. */
export interface ChoiceInput extends CallerWorld {
  hostname: string;
  /** Of the pod that the kubelet asks for. */
  serviceAccount?: ServiceAccount | undefined;
}

/**
 * From what is known now, for a caller who has gone: asks nothing. Profiles whose process needs the whole environment are passed
 * over. Undefined where the hostname is neither ECR's nor mapped.
 */
export function chooseRemembered({ accounts }: ChoiceDeps, asked: ChoiceInput): Choice | undefined {
  const recall: AccountMemory['recall'] = (...of) => orUnknown(() => accounts.recall(...of));
  const input = resolutionInputAsked({ accounts: { recall } }, asked);
  return input && chooseIdentity(asked.hostname, input);
}

/**
 * The same, but asks AWS for the accounts of profiles where one of them may be the one, until the deadline.
 * @throws XacctError `timeout`, where one that was not asked may be the one.
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
 * One that names the account somewhere, in the arguments of its process, say; then keys, which are at hand; last those that failed
 * before, or a few that hang would be asked again and again.
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
      say: 'name the right one, or run the same command again, which continues from here',
      run: command`aws configure set aws_account_id ${account} --profile NAME`,
    },
  );
}

const MAX_SHOWN = 5;

/** What AWS said of the profiles that it was asked for, each as a clause of a message. */
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
