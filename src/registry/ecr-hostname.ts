// Parses an ECR hostname: account, region, partition, FIPS, dual-stack, public, VPC endpoint.

/** One ECR registry, from its hostname alone. */
export type Registry = PrivateRegistry | PublicRegistry;

export interface PrivateRegistry {
  service: 'ecr';
  /** Lower case. */
  hostname: string;
  /** Twelve digits; undefined for the hostname of a VPC endpoint, which has no account in it. */
  account: string | undefined;
  region: string;
  partition: Partition;
  fips: boolean;
  dualStack: boolean;
}

export interface PublicRegistry {
  service: 'ecr-public';
  hostname: string;
  account: undefined;
  /**
   * ECR Public authenticates in us-east-1 only.
   * https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
   */
  region: 'us-east-1';
  partition: 'aws';
  fips: false;
  dualStack: boolean;
}

export type Partition =
  | 'aws'
  | 'aws-us-gov'
  | 'aws-cn'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f'
  | 'aws-eusc';

/**
 * DNS suffixes and region names of each partition. A suffix with a region of another partition is not an ECR hostname.
 * Region patterns and suffixes: botocore's partitions.json; dual-stack suffixes of the isolated partitions:
 * amazon-ecs-agent.
 */
const PARTITIONS: readonly {
  partition: Partition;
  region: RegExp;
  suffix: string;
  dualStackSuffix: string;
}[] = [
  {
    partition: 'aws-us-gov',
    region: /^us-gov-[a-z]+-\d{1,2}$/,
    suffix: 'amazonaws.com',
    dualStackSuffix: 'on.aws',
  },
  {
    partition: 'aws-cn',
    region: /^cn-[a-z]+-\d{1,2}$/,
    suffix: 'amazonaws.com.cn',
    dualStackSuffix: 'on.amazonwebservices.com.cn',
  },
  {
    partition: 'aws-iso',
    region: /^us-iso-[a-z]+-\d{1,2}$/,
    suffix: 'c2s.ic.gov',
    dualStackSuffix: 'on.aws.ic.gov',
  },
  {
    partition: 'aws-iso-b',
    region: /^us-isob-[a-z]+-\d{1,2}$/,
    suffix: 'sc2s.sgov.gov',
    dualStackSuffix: 'on.aws.scloud',
  },
  {
    partition: 'aws-iso-e',
    region: /^eu-isoe-[a-z]+-\d{1,2}$/,
    suffix: 'cloud.adc-e.uk',
    dualStackSuffix: 'on.cloud-aws.adc-e.uk',
  },
  {
    partition: 'aws-iso-f',
    region: /^us-isof-[a-z]+-\d{1,2}$/,
    suffix: 'csp.hci.ic.gov',
    dualStackSuffix: 'on.aws.hci.ic.gov',
  },
  {
    partition: 'aws-eusc',
    region: /^eusc-[a-z]{2}-[a-z]+-\d{1,2}$/,
    suffix: 'amazonaws.eu',
    dualStackSuffix: 'on.amazonwebservices.eu',
  },
  // Last: the commercial partition matches all other region names, so that future regions work.
  {
    partition: 'aws',
    region: /^(?!us-gov-|cn-|us-iso|eu-iso|eusc-)[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/,
    suffix: 'amazonaws.com',
    dualStackSuffix: 'on.aws',
  },
];

/** RFC 1035: a hostname has at most 253 characters. */
const MAX_HOSTNAME = 253;

const PUBLIC_HOSTNAMES: Readonly<Record<string, { dualStack: boolean }>> = {
  'public.ecr.aws': { dualStack: false },
  'ecr-public.aws.com': { dualStack: true },
};

const PRIVATE =
  /^(?<account>\d{12})\.dkr\.ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z0-9.-]+)$/;
const PRIVATE_DUAL_STACK =
  /^(?<account>\d{12})\.dkr-ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z0-9.-]+)$/;
const VPC_ENDPOINT =
  /^vpce-[a-z0-9]+-[a-z0-9]+(?:-[a-z0-9-]*[a-z0-9])?\.dkr\.ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.vpce\.(?<suffix>[a-z0-9.-]+)$/;

/** Parses an ECR hostname (any case, no port, no path); undefined for any other text. */
export function parseRegistry(text: string): Registry | undefined {
  // ASCII only: `toLowerCase` turns some foreign letters (the Kelvin sign, say) into ASCII letters.
  if (text.length > MAX_HOSTNAME || !/^[A-Za-z0-9.-]+$/.test(text)) return undefined;
  const hostname = text.toLowerCase();
  const publicHostname = Object.hasOwn(PUBLIC_HOSTNAMES, hostname) ? PUBLIC_HOSTNAMES[hostname] : undefined;
  if (publicHostname !== undefined) {
    return {
      service: 'ecr-public',
      hostname,
      account: undefined,
      region: 'us-east-1',
      partition: 'aws',
      fips: false,
      dualStack: publicHostname.dualStack,
    };
  }
  return (
    privateRegistry(hostname, PRIVATE.exec(hostname), false) ??
    privateRegistry(hostname, PRIVATE_DUAL_STACK.exec(hostname), true) ??
    privateRegistry(hostname, VPC_ENDPOINT.exec(hostname), false)
  );
}

function privateRegistry(
  hostname: string,
  match: RegExpExecArray | null,
  dualStack: boolean,
): PrivateRegistry | undefined {
  const { account, fips, region, suffix } = match?.groups ?? {};
  if (region === undefined || suffix === undefined) return undefined;
  const partition = partitionOf(region);
  if (partition === undefined) return undefined;
  if (suffix !== (dualStack ? partition.dualStackSuffix : partition.suffix)) return undefined;
  return {
    service: 'ecr',
    hostname,
    account,
    region,
    partition: partition.partition,
    fips: fips !== undefined,
    dualStack,
  };
}

function partitionOf(region: string) {
  return PARTITIONS.find((candidate) => candidate.region.test(region));
}

/** The partition of an AWS region; undefined if the text does not have the form of a region name. */
export function partitionOfRegion(region: string): Partition | undefined {
  return partitionOf(region)?.partition;
}

/**
 * The usual hostname (neither FIPS nor dual-stack) of an account's registry; undefined if the account or region is
 * invalid.
 */
export function registryHostname(account: string, region: string): string | undefined {
  const hostname = `${account}.dkr.ecr.${region}.${partitionOf(region)?.suffix}`;
  return parseRegistry(hostname)?.hostname;
}

/**
 * The part of a private registry's hostname between account and region; those that begin with `dkr-` are dual-stack.
 */
export const ENDPOINTS = ['dkr.ecr', 'dkr.ecr-fips', 'dkr-ecr', 'dkr-ecr-fips'] as const;

/** The hostnames of ECR Public. */
export const PUBLIC_REGISTRIES: readonly string[] = Object.keys(PUBLIC_HOSTNAMES);

/** The possible ends of a hostname after the region, each once; of all partitions if no region is given. */
export function suffixesOf(endpoint: string, region: string | undefined): string[] {
  const partitions = region === undefined ? PARTITIONS : [partitionOf(region)];
  const key = endpoint.startsWith('dkr-') ? 'dualStackSuffix' : 'suffix';
  return [...new Set(partitions.flatMap((partition) => partition?.[key] ?? []))];
}

export function isPartition(text: string): text is Partition {
  return PARTITIONS.some(({ partition }) => partition === text);
}
