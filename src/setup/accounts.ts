// The AWS accounts and regions of the profiles in ~/.aws/config, and the profiles that have no account.
import type { AccountOf } from '../callers/account-of.ts';
import { isProfileName } from '../config/schema.ts';
import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
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
import { type AwaitedSignIn, profileState } from './profile-state.ts';

export interface Account {
  /** Twelve digits. */
  id: string;
  /** Names, in the order of the files. */
  profiles: readonly string[];
  /** The regions of its profiles. */
  regions: readonly string[];
  /** Undefined if no setting shows it. */
  partition: Partition | undefined;
}

export interface FoundAccounts {
  /** In the order of the profiles. */
  accounts: readonly Account[];
  /** Profile → its state, as in `SSO, not signed in`; for each profile with an account. */
  states: ReadonlyMap<string, string>;
  /** Profile → the sign-in or MFA code that it needs. */
  signIns: ReadonlyMap<string, AwaitedSignIn>;
  /** Profiles that are broken, or whose account is not known, each with the reason. */
  leftOut: ReadonlyMap<string, XacctError>;
}

/** @param now epoch milliseconds. */
export async function findAccounts(
  profiles: Profiles,
  { env, now }: { env: Environment; now: number },
  accountOf: AccountOf,
): Promise<FoundAccounts> {
  const { undeclared } = profiles.accounts();
  const known = profiles.names.flatMap((name) => {
    const state = profileState(profiles, name, env, now);
    if (state === undefined) return [];
    return [{ name, state: isProfileName(name) ? state : { fault: unnameable(profiles, name) } }];
  });
  const usable = new Set(known.flatMap(({ name, state }) => (state.fault === undefined ? [name] : [])));
  // All at once: each question runs in a process of its own.
  const asked = new Map(
    await Promise.all(
      undeclared
        .filter((name) => usable.has(name))
        .map(async (name) => [name, await accountOf(name)] as const),
    ),
  );
  const byId = new Map<string, string[]>();
  const states = new Map<string, string>();
  const signIns = new Map<string, AwaitedSignIn>();
  const leftOut = new Map<string, XacctError>();
  for (const { name, state } of known) {
    const id = declaredAccount(profiles, name) ?? asked.get(name);
    if (state.fault !== undefined) leftOut.set(name, state.fault);
    else if (typeof id !== 'string' || !/^\d{12}$/.test(id))
      leftOut.set(name, unknownAccount(profiles, name, id));
    else {
      byId.set(id, [...(byId.get(id) ?? []), name]);
      states.set(name, state.text);
      if (state.signIn !== undefined) signIns.set(name, state.signIn);
    }
  }
  const accounts = [...byId].map(([id, names]): Account => {
    const all = names.map((name) => profiles.profile(name) ?? {});
    return {
      id,
      profiles: names,
      regions: unique(all.flatMap(({ region }) => (region && partitionOfRegion(region) ? [region] : []))),
      partition: all
        .map((settings) => partitionOf(settings, profiles))
        .find((partition) => partition !== undefined),
    };
  });
  return { accounts, states, signIns, leftOut };
}

const SHOWN_CHARACTERS = 40;

/** Why no rule can name this profile, and how to change that. */
function unnameable(profiles: Profiles, name: string): XacctError {
  const characters = [...name];
  const start = characters.slice(0, SHOWN_CHARACTERS).join('');
  const shown = characters.length > SHOWN_CHARACTERS ? `${start}…` : name;
  const where = profiles.where(name);
  const why = 'a name in config.yaml has 1 to 256 characters, no control character and no bracket';
  return new XacctError('profile-incomplete', `profile ${shown} cannot be named (${where}): ${why}`, {
    hint: { say: 'to rename it', run: command`$EDITOR ${where.replace(/:\d+$/, '')}` },
  });
}

/** Why the account of a profile with credentials is not known, and the command that shows more. */
function unknownAccount(
  profiles: Profiles,
  name: string,
  answer: string | XacctError | undefined,
): XacctError {
  const settings = profiles.profile(name) ?? {};
  const setting = ['role_arn', 'sso_account_id', 'login_session'].find((key) => settings[key] !== undefined);
  const fail = (message: string, run: Command, say?: string) =>
    new XacctError('profile-incomplete', message, { hint: { say, run } });
  if (setting === undefined || answer !== undefined) {
    const why = answer instanceof XacctError ? `: ${answer.message}` : '';
    const message = `profile ${name} does not say its account (no role_arn, no sso_account_id), nor does AWS${why}`;
    return fail(message, command`aws sts get-caller-identity --profile ${name}`, 'to see why');
  }
  const run = {
    role_arn: command`aws configure set role_arn ARN --profile ${name}`,
    login_session: command`aws login --profile ${name}`,
  }[setting];
  return fail(
    `profile ${name} has a ${setting} without the twelve digits of an account (${profiles.where(name, setting)})`,
    run ?? command`aws configure sso --profile ${name}`,
  );
}

/** The partition in a profile's settings: of its role or login, its region, or the region of its SSO. */
function partitionOf(settings: Settings, profiles: Profiles): Partition | undefined {
  const arn = /^arn:(aws[a-z-]*):/.exec(settings.role_arn ?? settings.login_session ?? '')?.[1];
  if (arn !== undefined && isPartition(arn)) return arn;
  const session = profiles.section('sso-session', settings.sso_session ?? '');
  const ssoRegion = settings.sso_region ?? session?.sso_region;
  return partitionOfRegion(settings.region ?? '') ?? partitionOfRegion(ssoRegion ?? '');
}

/**
 * The registries of an account: its hostnames in Docker's config, and those in its profiles' regions and in `regions`.
 * An account is in one partition: regions of others are left out.
 */
export function hostsOf(account: Account, regions: readonly string[], known: readonly string[]): string[] {
  const own = known.filter((host) => parseRegistry(host)?.account === account.id);
  const partition = account.partition ?? partitionIn(own) ?? partitionOfRegion(regions[0] ?? '');
  const hosts = [...account.regions, ...regions]
    .filter((region) => partitionOfRegion(region) === partition)
    .flatMap((region) => registryHostname(account.id, region) ?? []);
  return unique([...hosts, ...own]);
}

function partitionIn(hosts: readonly string[]): Partition | undefined {
  return hosts.map((host) => parseRegistry(host)?.partition)[0];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
