// The model's own reading of the users' files: the identity for a registry, by the rules in README alone.
import {
  CALLERS,
  type CallerKind,
  type CallerName,
  HOSTS,
  type Host,
  type HostName,
  type Keys,
  ROLES,
  userArn,
} from './cast.ts';
import type { Problem } from './errors.ts';
import type { Home, Homes, PatternName } from './homes.ts';

/** One identity. `key` is what it was made from: for equal keys, one token is enough. */
export interface Candidate {
  key: string;
  /** The profile that an error names; undefined if it is keys of the environment. */
  profile: string | undefined;
  /** The ARN of the user or role that gets the token, if AWS allows it. */
  principal: string | undefined;
  /** Why there is no token, if AWS refuses. */
  problem: Problem | undefined;
}

export type Reading =
  /** They are tried in some order. If every candidate has a problem, one of `problems` is the answer. */
  | { kind: 'candidates'; candidates: readonly Candidate[]; region: string; asksWho: boolean }
  | { kind: 'not found' }
  | { kind: 'problem'; problem: Problem };

/** The pattern that covers a registry, most specific first. */
const COVERED_BY: Readonly<Record<HostName, readonly PatternName[]>> = {
  'app-east': ['app-east'],
  'app-west': ['all of west'],
  data: ['all of data'],
  found: ['found'],
  own: [],
  alias: ['alias'],
  foreign: [],
};

export function readingOf(caller: CallerName, host: HostName, homes: Homes, keys: Keys): Reading {
  const kind: CallerKind = CALLERS[caller];
  const home = homes[kind.home];
  const { region, account }: Host = HOSTS[host];
  const pattern = COVERED_BY[host].find((name) => name in home.rules);
  if (home.broken.config) return { kind: 'problem', problem: 'config' };
  if (account === undefined && pattern === undefined) return { kind: 'not found' };
  const as: ByProfiles = (way, profiles, asksWho = false) => ({
    kind: 'candidates',
    candidates: profiles.map((profile) => {
      const candidate = candidateOf(profile, home, keys);
      return { ...candidate, key: `${way} ${candidate.key}` };
    }),
    region,
    asksWho,
  });
  const named = kind.override ?? (pattern && home.rules[pattern]);
  // The owner of keys in the environment does not depend on profiles.
  const needsProfiles = named !== undefined || kind.keysOf === undefined;
  if (needsProfiles && home.broken.profiles) return { kind: 'problem', problem: 'profiles' };
  if (named !== undefined) return as('named', [named]);
  if (kind.keysOf !== undefined) {
    const { accessKeyId } = keys.of(kind.keysOf);
    const candidate = {
      key: accessKeyId,
      profile: undefined,
      principal: userArn(kind.keysOf),
      problem: undefined,
    };
    return { kind: 'candidates', candidates: [candidate], region, asksWho: false };
  }
  if (kind.profile !== undefined) return as('environment', [kind.profile]);
  return discovered(account ?? '', home, as);
}

type ByProfiles = (way: string, profiles: readonly string[], asksWho?: boolean) => Reading;

/** A role declares its account. For keys, AWS says it, and is asked once. */
function discovered(account: string, { profiles }: Home, as: ByProfiles): Reading {
  const names = Object.keys(profiles);
  const declared = names.filter((name) => {
    const settings = profiles[name];
    return settings !== undefined && 'role' in settings && ROLES[settings.role].includes(`:${account}:`);
  });
  if (declared.length > 0) return as('discovered', declared);
  const withKeys = names.filter((name) => 'keys' in (profiles[name] ?? {}));
  if (account === HOSTS.own.account && withKeys.length > 0) return as('discovered', withKeys, true);
  if ('default' in profiles) return as('default', ['default'], true);
  return { kind: 'problem', problem: 'no identity' };
}

function candidateOf(profile: string, { profiles }: Home, keys: Keys): Candidate {
  const settings = profiles[profile];
  const none = { key: `profile ${profile}`, profile, principal: undefined };
  if (settings === undefined) return { ...none, problem: 'no profile' };
  if ('keys' in settings) {
    const { user, accessKeyId } = settings.keys;
    const problem = !keys.isValid(settings.keys) ? 'key' : user === 'denied' ? 'denied' : undefined;
    return { key: `${profile} ${accessKeyId}`, profile, principal: userArn(user), problem };
  }
  const source = profiles[settings.source];
  if (source === undefined) return { ...none, problem: 'no profile' };
  // No profile here has a role as its source.
  if (!('keys' in source)) return { ...none, problem: 'assume' };
  const { user, accessKeyId } = source.keys;
  const mayNot = user === 'denied' || settings.role === 'untrusting';
  const problem = !keys.isValid(source.keys) ? 'key' : mayNot ? 'assume' : undefined;
  const key = `${profile} ${settings.role} ${accessKeyId}`;
  return { key, profile, principal: ROLES[settings.role], problem };
}
