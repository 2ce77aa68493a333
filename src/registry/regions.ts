// The regions that AWS has, to say which was meant by one that is mistyped. One that AWS opens tomorrow works all the same.
import { nearest } from '../nearest.ts';

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html */
export const REGIONS: readonly string[] = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'af-south-1', 'ap-east-1', 'ap-east-2'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...[
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
  ],
  ...['ca-central-1', 'ca-west-1', 'eu-central-1', 'eu-central-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['eu-south-1', 'eu-south-2', 'eu-north-1', 'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1'],
  ...['sa-east-1', 'us-gov-east-1', 'us-gov-west-1', 'cn-north-1', 'cn-northwest-1', 'us-iso-east-1'],
  ...['us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1', 'eu-isoe-west-1', 'us-isof-south-1'],
  ...['us-isof-east-1', 'eusc-de-east-1'],
];

/** Undefined where the region is one of them, or no single one is near. */
export function regionMeant(region: string): string | undefined {
  if (REGIONS.includes(region)) return undefined;
  const parts = /^([a-z]+(?:-[a-z]+)*?)-?(\d{1,2})$/i.exec(region);
  // The number is what a new region differs by: `us-east-3` may well be one tomorrow.
  const [, place = '', number = ''] = parts ?? [];
  const plain = (name: string) => name.replaceAll('-', '').toLowerCase();
  const same = REGIONS.filter((other) => plain(other) === plain(region));
  if (same.length === 1) return same[0];
  if (REGIONS.some((other) => other.startsWith(`${place}-`) && /^\d+$/.test(other.slice(place.length + 1)))) {
    return undefined;
  }
  const numbered = REGIONS.filter((other) => number === '' || other.endsWith(`-${number}`));
  return nearest(region, numbered);
}
