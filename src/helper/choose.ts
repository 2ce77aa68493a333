// Who to be for a hostname, with what is remembered of profiles that do not say their account, and asking AWS where it matters.
import type { Config } from '../config/load.ts';
import { type Choice, chooseIdentity, resolutionInput, resolutionOf } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { AccountMemory } from './account-memory.ts';

export interface ChoiceDeps {
  readConfig: (env: Environment) => Config;
  readProfiles: (env: Environment) => Profiles;
  accounts: AccountMemory;
}

/** For whom it is chosen. */
export interface ChoiceInput {
  hostname: string;
  config: Config;
  profiles: Profiles;
  env: Environment;
}

/** From what is known now; asks nobody. Undefined where the hostname is neither ECR's nor mapped. */
export function chooseRemembered(deps: ChoiceDeps, asked: ChoiceInput): Choice | undefined {
  const input = resolutionInputAsked(deps, asked);
  return input && chooseIdentity(asked.hostname, input);
}

/** The same, but asks AWS for the accounts of profiles where one of them may be the one. */
export async function learnAndChoose(deps: ChoiceDeps, asked: ChoiceInput): Promise<Choice | undefined> {
  const input = resolutionInputAsked(deps, asked);
  if (input === undefined) return undefined;
  const choice = chooseIdentity(asked.hostname, input);
  const { account } = choice.registry;
  const { profiles, env } = asked;
  const unknown = choice.unknown.filter(
    (profile) => deps.accounts.recall(profile, profiles, env) === undefined,
  );
  if (account === undefined || unknown.length === 0) return choice;
  const resolutions = unknown.map((profile) => {
    const identity = { kind: 'profile', profile } as const;
    return resolutionOf(asked.hostname, 'discovery', { identity, reason: '' }, input);
  });
  await deps.accounts.learn(resolutions, account, profiles, env);
  return chooseIdentity(asked.hostname, input);
}

const MAX_SHOWN = 5;

/** What AWS said of the profiles that it was asked for, each as a clause of a message. */
export function whatWasLearnt({ accounts }: ChoiceDeps, { profiles, env }: ChoiceInput): string[] {
  const learnt = profiles.accounts().undeclared.flatMap((profile) => {
    const known = accounts.recall(profile, profiles, env);
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
  { accounts }: ChoiceDeps,
  { hostname, config, profiles, env }: ChoiceInput,
) {
  return resolutionInput(hostname, config, profiles, env, (profile) => {
    const known = accounts.recall(profile, profiles, env);
    return known !== undefined && 'account' in known ? known.account : undefined;
  });
}
