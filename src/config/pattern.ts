// Parses the keys under `registries:`: an exact hostname, or an ECR hostname in which `*` replaces whole parts.
import {
  ENDPOINTS,
  type PrivateRegistry,
  parseRegistry,
  partitionOfRegion,
  suffixesOf,
} from '../registry/ecr-hostname.ts';

/** From the most specific to the least. */
export type Rank = 'exact' | 'account+region' | 'account' | 'region' | 'wildcard';

export type Pattern =
  | { rank: 'exact'; hostname: string }
  | {
      rank: Exclude<Rank, 'exact'>;
      /** The four parts of the hostname; undefined for a part that is `*`. */
      account: string | undefined;
      endpoint: string | undefined;
      region: string | undefined;
      suffix: string | undefined;
    };

const GLOB =
  /^(?<account>\*|\d{12})\.(?<endpoint>\*|dkr\.ecr|dkr\.ecr-fips|dkr-ecr|dkr-ecr-fips)\.(?<region>\*|[a-z0-9-]+)\.(?<suffix>\*|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/;
const HOSTNAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** Parses a key of `registries:`; undefined if it is neither a hostname nor a pattern of ECR hostnames. */
export function parsePattern(text: string): Pattern | undefined {
  const key = text.toLowerCase();
  if (!key.includes('*')) return HOSTNAME.test(key) ? { rank: 'exact', hostname: key } : undefined;
  const groups = GLOB.exec(key)?.groups;
  if (groups === undefined) return undefined;
  const part = (name: string) => (groups[name] === '*' ? undefined : groups[name]);
  const account = part('account');
  const region = part('region');
  const endpoint = part('endpoint');
  const suffix = part('suffix');
  if (region !== undefined && partitionOfRegion(region) === undefined) return undefined;
  if (!isPossible({ account, endpoint, region, suffix })) return undefined;
  const rank = account ? (region ? 'account+region' : 'account') : region ? 'region' : 'wildcard';
  return { rank, account, endpoint, region, suffix };
}

export type Glob = Exclude<Pattern, { rank: 'exact' }>;

/** One region of every partition, to test a pattern's suffix. */
const SAMPLE_REGIONS = [
  'us-east-1',
  'us-gov-west-1',
  'cn-north-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
];

/**
 * Whether an ECR hostname can have these parts: the suffix of one partition with the region of another matches nothing.
 */
function isPossible({ account, endpoint, region, suffix }: Omit<Glob, 'rank'>): boolean {
  if (suffix === undefined) return true;
  const endpoints = endpoint === undefined ? ['dkr.ecr', 'dkr-ecr'] : [endpoint];
  const regions = region === undefined ? SAMPLE_REGIONS : [region];
  return endpoints.some((e) =>
    regions.some((r) => parseRegistry(`${account ?? '111122223333'}.${e}.${r}.${suffix}`) !== undefined),
  );
}

/** Whether the pattern (not an exact one) matches the registry. */
export function covers(pattern: Glob, registry: PrivateRegistry): boolean {
  if (registry.account === undefined) return false;
  const [account, endpoint, region, suffix] = parts(registry, registry.account);
  return (
    fits(pattern.account, account) &&
    fits(pattern.endpoint, endpoint) &&
    fits(pattern.region, region) &&
    fits(pattern.suffix, suffix)
  );
}

/** A hostname in this region that the pattern matches, preferably without FIPS and dual-stack. */
export function hostnameIn(pattern: Glob, region: string): string | undefined {
  for (const endpoint of ENDPOINTS) {
    for (const suffix of suffixesOf(endpoint, region)) {
      const registry = parseRegistry(`${pattern.account}.${endpoint}.${region}.${suffix}`);
      if (registry?.service === 'ecr' && covers(pattern, registry)) return registry.hostname;
    }
  }
  return undefined;
}

function parts({ hostname, region, fips, dualStack }: PrivateRegistry, account: string) {
  const endpoint = `${dualStack ? 'dkr-ecr' : 'dkr.ecr'}${fips ? '-fips' : ''}`;
  return [account, endpoint, region, hostname.slice(`${account}.${endpoint}.${region}.`.length)] as const;
}

function fits(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted === actual;
}

/** The key for looking up rules: two patterns of different groups never collide, and a group has only a few rules. */
export function groupOf(pattern: Pattern): string {
  return pattern.rank === 'exact' ? pattern.hostname : globGroup(pattern.account, pattern.region);
}

/** The groups of all patterns that may match a registry, from the most specific to the least. */
export function groupsFor(hostname: string, registry: PrivateRegistry | undefined): string[] {
  if (registry?.account === undefined) return [hostname];
  const { account, region } = registry;
  return [
    hostname,
    globGroup(account, region),
    globGroup(account, undefined),
    globGroup(undefined, region),
    globGroup(undefined, undefined),
  ];
}

/** Separated by a blank, because no hostname contains one. */
function globGroup(account = '*', region = '*'): string {
  return `${account} ${region}`;
}

/** Whether two patterns of one rank match a common hostname, so that neither is more specific for it. */
export function collide(one: Pattern, other: Pattern): boolean {
  if (one.rank === 'exact' || other.rank === 'exact') {
    return one.rank === 'exact' && other.rank === 'exact' && one.hostname === other.hostname;
  }
  if (one.rank !== other.rank) return false;
  const account = common(one.account, other.account);
  const endpoint = common(one.endpoint, other.endpoint);
  const region = common(one.region, other.region);
  const suffix = common(one.suffix, other.suffix);
  if (account === NONE || endpoint === NONE || region === NONE || suffix === NONE) return false;
  return isPossible({ account, endpoint, region, suffix });
}

const NONE = Symbol('nothing in common');

/** The value of a part that both patterns allow; undefined if both allow any value. */
function common(a: string | undefined, b: string | undefined): string | undefined | typeof NONE {
  if (a === undefined || b === undefined) return a ?? b;
  return a === b ? a : NONE;
}
