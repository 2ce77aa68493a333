// Which AWS accounts the profiles of ~/.aws/config lead to, and in which regions they are used.
import type { AccountOf } from '../callers/account-of.ts';
import { saysCredentials } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import type { Settings } from '../profiles/ini.ts';
import { declaredAccount } from '../profiles/profile-accounts.ts';
import type { Profiles } from '../profiles/profiles.ts';
import {
  isPartition,
  type Partition,
  parseRegistry,
  partitionOfRegion,
  registryHostname,
} from '../registry/ecr-hostname.ts';

export interface Account {
  /** Twelve digits. */
  id: string;
  /** Names, in the order of the files. */
  profiles: readonly string[];
  /** Of its profiles. */
  regions: readonly string[];
  /** Undefined where no setting says. */
  partition: Partition | undefined;
}

export interface FoundAccounts {
  /** In the order of the profiles. */
  accounts: readonly Account[];
  /** Profiles that have credentials for an account that nobody knows. */
  unknown: readonly string[];
}

/** The registries of one account, and the profile to be for them. */
export interface ServedAccount {
  id: string;
  profile: string;
  hosts: readonly string[];
}

export async function findAccounts(
  profiles: Profiles,
  env: Environment,
  accountOf: AccountOf,
): Promise<FoundAccounts> {
  const byId = new Map<string, { name: string; settings: Settings }[]>();
  const unknown: string[] = [];
  const usable = profiles.names
    .map((name) => ({ name, settings: profiles.profile(name) ?? {} }))
    .filter(({ name }) => saysCredentials(profiles, name, env));
  const { undeclared } = profiles.accounts();
  // All at once: each is a process of its own.
  const asked = new Map(
    await Promise.all(undeclared.map(async (name) => [name, await accountOf(name)] as const)),
  );
  for (const { name, settings } of usable) {
    const id = declaredAccount(profiles, name) ?? asked.get(name);
    if (id === undefined || !/^\d{12}$/.test(id)) unknown.push(name);
    else byId.set(id, [...(byId.get(id) ?? []), { name, settings }]);
  }
  const accounts = [...byId].map(([id, members]): Account => {
    const all = members.map(({ settings }) => settings);
    return {
      id,
      profiles: members.map(({ name }) => name),
      regions: unique(all.flatMap(({ region }) => (region && partitionOfRegion(region) ? [region] : []))),
      partition: all
        .map((settings) => partitionOf(settings, profiles))
        .find((partition) => partition !== undefined),
    };
  });
  return { accounts, unknown };
}

/** What its settings say of a profile's partition: its role or login, its region, the region of its SSO. */
function partitionOf(settings: Settings, profiles: Profiles): Partition | undefined {
  const arn = /^arn:(aws[a-z-]*):/.exec(settings.role_arn ?? settings.login_session ?? '')?.[1];
  if (arn !== undefined && isPartition(arn)) return arn;
  const session = profiles.section('sso-session', settings.sso_session ?? '');
  const ssoRegion = settings.sso_region ?? session?.sso_region;
  return partitionOfRegion(settings.region ?? '') ?? partitionOfRegion(ssoRegion ?? '');
}

/**
 * The registries of an account: its hostnames that are in use already, and those in its profiles' regions and the ones given.
 * An account is in one partition: regions of others are left out.
 */
export function hostsOf(account: Account, regions: readonly string[], known: readonly string[]): string[] {
  const own = known.filter((host) => parseRegistry(host)?.account === account.id);
  const partition =
    account.partition ??
    own.map((host) => parseRegistry(host)?.partition)[0] ??
    partitionOfRegion(regions[0] ?? '');
  const hosts = [...account.regions, ...regions]
    .filter((region) => partitionOfRegion(region) === partition)
    .flatMap((region) => registryHostname(account.id, region) ?? []);
  return unique([...hosts, ...own]);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
