// A second grammar of ECR hostnames, written independently of the product, for comparison in property tests.
import fc from 'fast-check';

/** The texts before and after the region, by partition. The first labels identify a region. */
const PARTITIONS = [
  { regions: ['us-gov-'], suffix: 'amazonaws.com', dualStack: 'on.aws' },
  { regions: ['cn-'], suffix: 'amazonaws.com.cn', dualStack: 'on.amazonwebservices.com.cn' },
  { regions: ['us-iso-'], suffix: 'c2s.ic.gov', dualStack: 'on.aws.ic.gov' },
  { regions: ['us-isob-'], suffix: 'sc2s.sgov.gov', dualStack: 'on.aws.scloud' },
  { regions: ['eu-isoe-'], suffix: 'cloud.adc-e.uk', dualStack: 'on.cloud-aws.adc-e.uk' },
  { regions: ['us-isof-'], suffix: 'csp.hci.ic.gov', dualStack: 'on.aws.hci.ic.gov' },
  { regions: ['eusc-de-'], suffix: 'amazonaws.eu', dualStack: 'on.amazonwebservices.eu' },
  {
    regions: ['us-', 'eu-', 'ap-', 'ca-', 'sa-', 'me-', 'af-', 'il-', 'mx-'],
    suffix: 'amazonaws.com',
    dualStack: 'on.aws',
  },
];

/** One kind of private hostname: ACCOUNT.ENDPOINT.REGION.SUFFIX. */
export interface Family {
  endpoint: string;
  regions: readonly string[];
  suffix: string;
}

export const FAMILIES: readonly Family[] = PARTITIONS.flatMap(({ regions, suffix, dualStack }) =>
  ['', '-fips'].flatMap((fips) => [
    { endpoint: `dkr.ecr${fips}`, regions, suffix },
    { endpoint: `dkr-ecr${fips}`, regions, suffix: dualStack },
  ]),
);

/** A hostname of any family, with its account and region. */
export const privateHostname = fc
  .record({
    account: fc.stringMatching(/^\d{12}$/),
    family: fc.constantFrom(...FAMILIES),
    compass: fc.constantFrom('east', 'west', 'north', 'south', 'central', 'northeast', 'southeast'),
    number: fc.integer({ min: 1, max: 99 }),
  })
  .chain(({ account, family, compass, number }) =>
    fc.constantFrom(...family.regions).map((prefix) => {
      const region = `${prefix}${compass}-${number}`;
      return { account, region, hostname: `${account}.${family.endpoint}.${region}.${family.suffix}` };
    }),
  );

/** Whether a text is an ECR hostname, label by label. */
export function isEcrHostname(text: string): boolean {
  if (text.length > 253 || [...text].some((letter) => letter < '-' || letter > 'z')) return false;
  const name = text.toLowerCase();
  if (name === 'public.ecr.aws' || name === 'ecr-public.aws.com') return true;
  const labels = name.split('.');
  const first = labels[0] ?? '';
  if (isVpcEndpoint(first)) return isVpcEndpointName(labels);
  if (first.length !== 12 || [...first].some((digit) => digit < '0' || digit > '9')) return false;
  return FAMILIES.some(({ endpoint, suffix }) => {
    const before = `${first}.${endpoint}.`;
    if (!name.startsWith(before) || !name.endsWith(`.${suffix}`)) return false;
    const region = name.slice(before.length, -suffix.length - 1);
    return partitionsOf(region).some((own) => own.suffix === suffix || own.dualStack === suffix);
  });
}

function isVpcEndpoint(label: string): boolean {
  const [word, ...rest] = label.split('-');
  const isAlphanumeric = (part: string | undefined) => part !== undefined && /^[a-z0-9]+$/.test(part);
  return word === 'vpce' && isAlphanumeric(rest[0]) && isAlphanumeric(rest[1]) && !label.endsWith('-');
}

function isVpcEndpointName([, dkr, ecr, region = '', vpce, ...suffix]: readonly string[]): boolean {
  return (
    dkr === 'dkr' &&
    (ecr === 'ecr' || ecr === 'ecr-fips') &&
    vpce === 'vpce' &&
    partitionsOf(region).some((own) => own.suffix === suffix.join('.'))
  );
}

/**
 * The partition of regions with this prefix, followed by one word and a number. Other regions of two words or more are
 * commercial.
 */
function partitionsOf(region: string) {
  const words = region.split('-');
  const number = words.pop() ?? '';
  if (!/^[0-9]{1,2}$/.test(number) || words.some((word) => !/^[a-z]+$/.test(word))) return [];
  const begin = words
    .slice(0, -1)
    .join('-')
    .replace(/^eusc-[a-z]{2}$/, 'eusc-de');
  const special = PARTITIONS.slice(0, -1).filter(({ regions }) => regions[0] === `${begin}-`);
  if (special.length > 0) return special;
  const isReserved = /^(?:us-gov-|cn-|us-iso|eu-iso|eusc-)/.test(region);
  return isReserved || words.length < 2 || words[0]?.length === 1 ? [] : PARTITIONS.slice(-1);
}
