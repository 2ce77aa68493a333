// Chooses the accounts and their profiles: from the options, the user's answers, or the present configuration.
import type { WrittenRule } from '../config/edit-rule.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { partitionOfRegion, registryHostname } from '../registry/ecr-hostname.ts';
import { type Account, type FoundAccounts, hostsOf } from './accounts.ts';
import type { Standing } from './standing.ts';

/** The registries of one account, and the profile for them. */
export interface ServedAccount {
  id: string;
  profile: string;
  /** Whether an option or an answer named the profile: then it replaces another one. */
  isPicked: boolean;
  hosts: readonly string[];
  /** The content of the rule, if it is not the profile. */
  rule?: WrittenRule | undefined;
}

/** Asks for what the options do not decide. All methods @throws XacctError `cancelled`. */
export interface Asker {
  /** Account IDs, at least one. `chosen` are preselected. */
  accounts(found: FoundAccounts, chosen: readonly string[], standing: Standing): Promise<readonly string[]>;
  /** `current`: the present profile. */
  profile(account: Account, found: FoundAccounts, current: string | undefined): Promise<string>;
  /** AWS regions, or none to leave the account out. `former`: the previous answer. */
  regions(account: Account, former: readonly string[]): Promise<readonly string[]>;
}

/** The regions of `--region`: for all accounts, and for single ones. */
export interface RegionWishes {
  all: readonly string[];
  of: ReadonlyMap<string, readonly string[]>;
}

export interface Wishes {
  /** Names of profiles that are chosen already. */
  profiles: readonly string[];
  regions: RegionWishes;
  /** Accounts with rules but without a profile: their regions come from elsewhere. */
  ruled?: readonly string[];
  /** Whether choosing no account is allowed. */
  mayBeNone?: boolean;
}

export interface RegistryChoice {
  accounts: readonly ServedAccount[];
  /** IDs of accounts that are no longer served. */
  dropped: readonly string[];
  /** IDs of accounts that the user leaves out, now or earlier. */
  declined: readonly string[];
  /** Chosen, but without a region. */
  regionless: readonly Account[];
}

/**
 * @param asker undefined to ask nothing: then it chooses every account that the user has not left out.
 * @throws XacctError `no-identity`, `usage`, `cancelled` …
 */
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

/** Adds the registries. An account without any is left out, unless a rule serves it in all regions. */
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

/** Account → profile, from `--profile`. */
function presetProfiles({ accounts, leftOut }: FoundAccounts, names: readonly string[]): Map<string, string> {
  const preset = new Map<string, string>();
  for (const name of names) {
    const account = accounts.find(({ profiles }) => profiles.includes(name));
    if (account === undefined) throw leftOut.get(name) ?? emptyProfile(name);
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

/** @throws XacctError `usage` for regions of unknown accounts, and of other partitions than the account's. */
function checkRegions(
  accounts: readonly Account[],
  { regions: { of }, ruled = [] }: Wishes,
  preset: ReadonlyMap<string, string>,
): void {
  for (const [id, regions] of of) {
    if (ruled.includes(id)) continue;
    const account = accounts.find((one) => one.id === id);
    const option = `--region ${id}=${regions.join(',')}`;
    if (account === undefined) throw noProfileOf(id, regions[0] ?? '', option);
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

/** Without a profile of the account, a rule can name a role in it. */
function noProfileOf(id: string, region: string, option: string): XacctError {
  const message = `${option}: no profile here is of that account`;
  const host = registryHostname(id, region);
  if (host === undefined) return new XacctError('usage', message);
  const role = `arn:${partitionOfRegion(region)}:iam::${id}:role/NAME`;
  return new XacctError('usage', message, {
    hint: {
      say: 'for a role there that a profile may assume',
      run: command`ecr-xacct rule add ${host} --role-arn ${role} --profile PROFILE`,
    },
  });
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

function emptyProfile(name: string): XacctError {
  return new XacctError('profile-empty', `profile ${name} has no credentials`, {
    hint: { run: command`aws configure --profile ${name}` },
  });
}
