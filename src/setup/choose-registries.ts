// Which accounts' registries to serve, and by which profile: as the options say, as the user answers, or as it is already.
import type { WrittenRule } from '../config/edit-rule.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { type Account, type FoundAccounts, hostsOf } from './accounts.ts';
import type { Standing } from './standing.ts';

/** The registries of one account, and the profile to be for them. */
export interface ServedAccount {
  id: string;
  profile: string;
  /** Whether it was named, by an option or in an answer: then it comes in the place of another. */
  isPicked: boolean;
  hosts: readonly string[];
  /** What the rule is to say, where it is not the profile. */
  rule?: WrittenRule | undefined;
}

/** Answers what the options leave open. @throws XacctError `cancelled`, each of them. */
export interface Asker {
  /** IDs, at least one. `chosen` are so already. */
  accounts(found: FoundAccounts, chosen: readonly string[], standing: Standing): Promise<readonly string[]>;
  /** `current`: the one that it is already. */
  profile(account: Account, found: FoundAccounts, current: string | undefined): Promise<string>;
  /** Regions of AWS, or none to leave the account out. `former` are those of the question before. */
  regions(account: Account, former: readonly string[]): Promise<readonly string[]>;
}

/** Regions of `--region`: for every account, and for some. */
export interface RegionWishes {
  all: readonly string[];
  of: ReadonlyMap<string, readonly string[]>;
}

export interface Wishes {
  /** Names of profiles that are chosen already. */
  profiles: readonly string[];
  regions: RegionWishes;
  /** Accounts that rules are for, and no profile: their regions are known elsewhere. */
  ruled?: readonly string[];
  /** Whether none is an answer, too. */
  mayBeNone?: boolean;
}

export interface RegistryChoice {
  accounts: readonly ServedAccount[];
  /** Of accounts that are served no longer. */
  dropped: readonly string[];
  /** Of accounts that the user leaves out, now or earlier. */
  declined: readonly string[];
  /** Chosen, but without a region. */
  regionless: readonly Account[];
}

/** @param asker undefined to ask nothing: every account that is not declined. @throws XacctError `no-identity`, `usage`, `cancelled` … */
export async function chooseRegistries(
  found: FoundAccounts,
  wishes: Wishes,
  standing: Standing,
  asker: Asker | undefined,
): Promise<RegistryChoice> {
  const preset = presetProfiles(found, wishes.profiles);
  if (found.accounts.length === 0 && !wishes.mayBeNone) throw noAccounts(found.leftOut);
  checkRegions(found.accounts, wishes, preset);
  const all = found.accounts.map(({ id }) => id);
  const wished = all.filter((id) => wishes.regions.of.has(id) || !standing.declined.includes(id));
  const isAsked = preset.size === 0 && asker !== undefined && all.length > 0;
  const served = found.accounts.filter(standing.isServed).map(({ id }) => id);
  const chosen = isAsked
    ? await asker.accounts(found, served.length === 0 ? wished : served, standing)
    : preset.size === 0
      ? wished
      : [...preset.keys()];
  const unchosen = isAsked ? all.filter((id) => !chosen.includes(id)) : [];
  const choice: ServedAccount[] = [];
  for (const account of found.accounts.filter(({ id }) => chosen.includes(id))) {
    choice.push(await profileFor(account, found, { preset, standing, asker }));
  }
  const placed = await withHosts(choice, found.accounts, { wishes, standing, asker });
  return {
    ...placed,
    dropped: unchosen.filter((id) => served.includes(id)),
    declined: [...new Set([...standing.declined, ...unchosen])].filter((id) => !chosen.includes(id)),
  };
}

interface Means {
  standing: Standing;
  asker: Asker | undefined;
}

async function profileFor(
  account: Account,
  found: FoundAccounts,
  { preset, standing, asker }: Means & { preset: ReadonlyMap<string, string> },
): Promise<ServedAccount> {
  const { id, profiles } = account;
  const [first = ''] = profiles;
  const current = standing.profileOf(account);
  const named = preset.get(id);
  const isOpen = profiles.length > 1 || (current !== undefined && current !== first);
  const answer = named ?? (isOpen ? await asker?.profile(account, found, current) : undefined);
  const profile = answer ?? (current !== undefined && profiles.includes(current) ? current : first);
  return { id, profile, isPicked: answer !== undefined && answer !== current, hosts: [] };
}

/** With their registries; those that have none are left out, unless a rule serves them wherever they are. */
async function withHosts(
  choice: readonly ServedAccount[],
  accounts: readonly Account[],
  { wishes: { regions }, standing, asker }: Means & { wishes: Wishes },
): Promise<Pick<RegistryChoice, 'accounts' | 'regionless'>> {
  const placed: ServedAccount[] = [];
  const regionless: Account[] = [];
  let former: readonly string[] = [];
  for (const one of choice) {
    const account = accounts.find(({ id }) => id === one.id);
    if (account === undefined) continue;
    const known = hostsOf(account, [...(regions.of.get(one.id) ?? []), ...regions.all], standing.known);
    const isOpen = known.length === 0 && !standing.isServed(account);
    const answer = isOpen ? ((await asker?.regions(account, former)) ?? []) : [];
    if (answer.length > 0) former = answer;
    const hosts = isOpen ? hostsOf(account, answer, []) : known;
    if (hosts.length === 0 && isOpen) regionless.push(account);
    else placed.push({ ...one, hosts });
  }
  return { accounts: placed, regionless };
}

/** Account → profile, of `--profile`. */
function presetProfiles({ accounts, leftOut }: FoundAccounts, names: readonly string[]): Map<string, string> {
  const preset = new Map<string, string>();
  for (const name of names) {
    const account = accounts.find(({ profiles }) => profiles.includes(name));
    if (account === undefined) throw leftOut.get(name) ?? noProfile(name);
    const other = preset.get(account.id);
    if (other !== undefined && other !== name) {
      throw new XacctError(
        'usage',
        `profiles ${other} and ${name} are both of account ${account.id}; name one`,
      );
    }
    preset.set(account.id, name);
  }
  return preset;
}

/** @throws XacctError `usage` for regions of accounts that are not there, and of other partitions than theirs. */
function checkRegions(
  accounts: readonly Account[],
  { regions: { of }, ruled = [] }: Wishes,
  preset: ReadonlyMap<string, string>,
): void {
  for (const [id, regions] of of) {
    if (ruled.includes(id)) continue;
    const account = accounts.find((one) => one.id === id);
    const option = `--region ${id}=${regions.join(',')}`;
    if (account === undefined) throw new XacctError('usage', `${option}: no profile here is of that account`);
    if (preset.size > 0 && !preset.has(id)) {
      const profiles = account.profiles.join(' or ');
      throw new XacctError('usage', `${option}: no --profile is of that account; ${profiles} is`);
    }
    const { partition } = account;
    const other = regions.find((region) => partition && partitionOfRegion(region) !== partition);
    if (other !== undefined) {
      const what = `that account is in ${partition}, and ${other} in ${partitionOfRegion(other)}`;
      throw new XacctError('usage', `${option}: ${what}`);
    }
  }
}

function noAccounts(leftOut: FoundAccounts['leftOut']): XacctError {
  const [first, ...others] = leftOut.values();
  if (first === undefined) {
    return new XacctError('no-identity', 'no profile has credentials', {
      hint: { run: command`aws configure sso` },
    });
  }
  const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
  const message = `no profile is of an AWS account: ${first.message}${more}`;
  return new XacctError('no-identity', message, { hint: first.hint });
}

function noProfile(name: string): XacctError {
  return new XacctError('profile-missing', `there is no profile ${name} that has credentials`, {
    hint: { say: 'to list them', run: command`aws configure list-profiles` },
  });
}
