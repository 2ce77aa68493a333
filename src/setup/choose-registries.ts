// Which accounts' registries to serve, and by which profile: as the options say, as the user answers, or all of them.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { type Account, type FoundAccounts, hostsOf, type ServedAccount } from './accounts.ts';

/** Answers what the options leave open. @throws XacctError `cancelled`, each of them. */
export interface Asker {
  /** IDs, at least one. */
  accounts(accounts: readonly Account[]): Promise<readonly string[]>;
  profile(account: Account): Promise<string>;
  /** At least one region of AWS. */
  regions(accounts: readonly Account[]): Promise<readonly string[]>;
}

export interface Wishes {
  /** Names of profiles that are chosen already. */
  profiles: readonly string[];
  /** Besides those of the profiles. */
  regions: readonly string[];
  /** Hostnames in Docker's config. */
  known: readonly string[];
}

/** @param asker undefined: every account, by its first profile. @throws XacctError `no-identity`, `usage`, `cancelled` … */
export async function chooseRegistries(
  found: FoundAccounts,
  wishes: Wishes,
  asker: Asker | undefined,
): Promise<ServedAccount[]> {
  const preset = presetProfiles(found, wishes.profiles);
  if (found.accounts.length === 0) {
    throw noAccounts(found.unknown);
  }
  const all = found.accounts.map(({ id }) => id);
  const chosen = preset.size > 0 ? [...preset.keys()] : ((await asker?.accounts(found.accounts)) ?? all);
  const accounts = found.accounts.filter(({ id }) => chosen.includes(id));
  const profileOf = new Map<string, string>();
  for (const account of accounts) profileOf.set(account.id, await profileFor(account, preset, asker));

  const hostless = accounts.filter((account) => hostsOf(account, wishes.regions, wishes.known).length === 0);
  const more = hostless.length === 0 ? [] : await regionsFor(hostless, asker);
  return accounts.map((account) => {
    const isHostless = hostless.includes(account);
    const hosts = hostsOf(account, isHostless ? more : wishes.regions, wishes.known);
    if (hosts.length === 0) throw noRegion([account]);
    return { id: account.id, profile: profileOf.get(account.id) ?? '', hosts };
  });
}

async function profileFor(
  account: Account,
  preset: ReadonlyMap<string, string>,
  asker: Asker | undefined,
): Promise<string> {
  const [first = '', ...others] = account.profiles;
  const named = preset.get(account.id);
  if (named !== undefined || others.length === 0) return named ?? first;
  return (await asker?.profile(account)) ?? first;
}

async function regionsFor(
  accounts: readonly Account[],
  asker: Asker | undefined,
): Promise<readonly string[]> {
  if (asker === undefined) throw noRegion(accounts);
  return asker.regions(accounts);
}

/** Account → profile, of `--profile`. */
function presetProfiles({ accounts, unknown }: FoundAccounts, names: readonly string[]): Map<string, string> {
  const preset = new Map<string, string>();
  for (const name of names) {
    const account = accounts.find(({ profiles }) => profiles.includes(name));
    if (account === undefined) throw noAccount(name, unknown.includes(name));
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

function noAccounts([first, ...others]: readonly string[]): XacctError {
  if (first === undefined) {
    return new XacctError('no-identity', 'no profile says a way to get credentials', {
      hint: { run: command`aws configure sso` },
    });
  }
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return new XacctError('no-identity', `AWS does not say which account profile ${first}${more} is for`, {
    hint: { say: 'to see why', run: command`aws sts get-caller-identity --profile ${first}` },
  });
}

function noAccount(name: string, isThere: boolean): XacctError {
  return isThere
    ? new XacctError(
        'profile-incomplete',
        `profile ${name}: neither its settings nor AWS say which account it is for`,
        {
          hint: { say: 'to see why', run: command`aws sts get-caller-identity --profile ${name}` },
        },
      )
    : new XacctError('profile-missing', `there is no profile ${name} that has credentials`, {
        hint: { run: command`aws configure list-profiles` },
      });
}

function noRegion(accounts: readonly Account[]): XacctError {
  const [first] = accounts;
  const others = accounts.length > 1 ? ` (and ${accounts.length - 1} more)` : '';
  return new XacctError(
    'usage',
    `no region is known for account ${first?.id}, profile ${first?.profiles[0]}${others}`,
    { hint: { say: 'say in which region its registry is: ecr-xacct setup --yes --region us-east-1' } },
  );
}
