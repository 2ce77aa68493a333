// The faults of a hostname that is nearly one of ECR, and the hostname that was probably meant.
import { nearest, slipsBetween } from '../nearest.ts';
import { ENDPOINTS, parseRegistry, partitionOfRegion, registryHostname } from './ecr-hostname.ts';
import { regionMeant } from './region-names.ts';

export interface NearMiss {
  /** Each as a clause, as in `its account 11112222333 has 11 digits, not 12`. */
  faults: readonly string[];
  /** The hostname or pattern that was probably meant; undefined if that is unclear. */
  meant?: string;
}

const PUBLIC = 'public.ecr.aws';
/** Common wrong names of ECR Public. */
const FOR_PUBLIC = [
  'gallery.ecr.aws',
  'public.ecr.amazonaws.com',
  'ecr-public.amazonaws.com',
  'ecr.public.aws',
];
const SLIPS = 2;
/** Hostname labels; a label is `*`, or has no `*` in it. */
const LIKE_HOSTNAME = /^(?=.{1,253}$)(?:\*|[a-z0-9_-]+)(?:\.(?:\*|[a-z0-9_-]+))*$/;

/**
 * `text`: a hostname in lower case, or a pattern in which `*` is a whole part; `accounts`: the known accounts.
 * Undefined for a correct ECR hostname, and for one that does not resemble ECR.
 */
export function nearMiss(text: string, accounts: Iterable<string> = []): NearMiss | undefined {
  if (parseRegistry(text) !== undefined || !LIKE_HOSTNAME.test(text)) return undefined;
  const isPublic = !text.includes('*') && slipsBetween(text, PUBLIC, SLIPS) <= SLIPS;
  if (isPublic || FOR_PUBLIC.includes(text)) {
    return { faults: [`ECR Public is ${PUBLIC}`], meant: PUBLIC };
  }
  const missing = missingPart(text);
  if (missing !== undefined) return { faults: [missing] };
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const account = accountFault(parts.account, accounts);
  const endpoint =
    parts.endpoint === parts.endpointMeant ? {} : endpointFault(parts.endpoint, parts.endpointMeant);
  const region = regionFault(parts.region);
  const regionName = region.meant ?? parts.region;
  const suffix = suffixFault(parts.suffix, regionName, parts.endpointMeant.startsWith('dkr-'));
  const faults = [account, endpoint, region, suffix].flatMap(({ fault }) => fault ?? []);
  if (faults.length === 0) return undefined;
  const meant = [
    account.meant ?? parts.account,
    parts.endpointMeant,
    regionName,
    suffix.meant ?? parts.suffix,
  ].join('.');
  return { faults, ...(meant !== text && isPossible(meant) && { meant }) };
}

/** A part that is missing. */
function missingPart(text: string): string | undefined {
  const endpoint = ENDPOINTS.find((name) => text.startsWith(`${name}.`));
  if (endpoint !== undefined) return `it has no account before "${endpoint}"`;
  const [, before, suffix = ''] = /^\d+\.(dkr[.-]ecr(?:-fips)?)\.([a-z]+\.[a-z.]+)$/.exec(text) ?? [];
  const isSuffix = slipsBetween(suffix, 'amazonaws.com', SLIPS) <= SLIPS || suffix === 'on.aws';
  return isSuffix ? `it has no region between "${before}" and "${suffix}"` : undefined;
}

interface Parts {
  account: string;
  endpoint: string;
  endpointMeant: string;
  region: string;
  suffix: string;
}

/** Only a hostname with `dkr` or `ecr`, or nearly so, after its first part is compared. */
function partsOf(text: string): Parts | undefined {
  const [account = '', ...labels] = text.split('.');
  for (const size of [2, 1]) {
    const endpoint = labels.slice(0, size).join('.');
    const [region = '', ...suffix] = labels.slice(size);
    const endpointMeant = endpointOf(endpoint);
    if (endpointMeant === undefined || suffix.length === 0) continue;
    const isAccount = /\d{6}|^\*$/.test(account);
    // `api.ecr.us-east-1.amazonaws.com` is ECR's API.
    if (!isAccount && (size === 1 || partitionOfRegion(region) === undefined)) return undefined;
    return { account, endpoint, endpointMeant, region, suffix: suffix.join('.') };
  }
  return undefined;
}

function endpointOf(endpoint: string): string | undefined {
  if (endpoint === '*' || ENDPOINTS.some((name) => name === endpoint)) return endpoint;
  if (endpoint === 'ecr' || endpoint === 'dkr' || endpoint === 'ecr.dkr') return 'dkr.ecr';
  if (endpoint.length < 5 || endpoint.includes('*')) return undefined;
  const [found] = ENDPOINTS.map((name) => ({ name, slips: slipsBetween(endpoint, name, SLIPS) })).toSorted(
    (one, other) => one.slips - other.slips,
  );
  return found !== undefined && found.slips <= SLIPS ? found.name : undefined;
}

interface Judged {
  fault?: string;
  meant?: string;
}

function accountFault(account: string, accounts: Iterable<string>): Judged {
  if (account === '*' || /^\d{12}$/.test(account)) return {};
  const meant = nearest(account, accounts);
  const what = /^\d+$/.test(account)
    ? `its account ${account} has ${account.length} digits, not 12`
    : `its account "${account}" is not 12 digits`;
  return { fault: what, ...(meant !== undefined && { meant }) };
}

function endpointFault(endpoint: string, meant: string): Judged {
  return { fault: `"${endpoint}" is not "${meant}"`, meant };
}

function regionFault(region: string): Judged {
  const meant = region === '*' ? undefined : regionMeant(region);
  if (region === '*' || (partitionOfRegion(region) !== undefined && meant === undefined)) return {};
  const instead = meant === undefined ? '' : `, but ${meant} is`;
  return { fault: `"${region}" is not a region${instead}`, ...(meant !== undefined && { meant }) };
}

function suffixFault(suffix: string, region: string, isDualStack: boolean): Judged {
  if (suffix === '*' || region === '*') {
    const usual = isDualStack ? 'on.aws' : 'amazonaws.com';
    const isNear = suffix !== usual && slipsBetween(suffix, usual, SLIPS) <= SLIPS;
    return isNear ? { fault: `"${suffix}" is not "${usual}"`, meant: usual } : {};
  }
  const wanted = suffixOf(region, isDualStack);
  if (wanted === undefined || wanted === suffix) return {};
  return { fault: `"${suffix}" is not "${wanted}"`, meant: wanted };
}

function suffixOf(region: string, isDualStack: boolean): string | undefined {
  const account = '1'.repeat(12);
  if (!isDualStack) return registryHostname(account, region)?.slice(`${account}.dkr.ecr.${region}.`.length);
  return partitionOfRegion(region) === 'aws' || partitionOfRegion(region) === 'aws-us-gov'
    ? 'on.aws'
    : undefined;
}

/** Whether it is a correct ECR hostname for some values of its `*`. */
function isPossible(hostname: string): boolean {
  return (
    /^(?:\d{12}|\*)\./.test(hostname) && (hostname.includes('*') || parseRegistry(hostname) !== undefined)
  );
}

/** As in `its account has 11 digits, and "us-east1" is not a region, but us-east-1 is; did you mean HOSTNAME?` */
export function nearMissText({ faults, meant }: NearMiss): string {
  return `${faults.join(', and ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
