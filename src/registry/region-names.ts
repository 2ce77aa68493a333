// Finds the AWS region that a mistyped name means.
import { slipsBetween } from '../nearest.ts';
import { type Partition, partitionOfRegion } from './ecr-hostname.ts';
import { REGIONS } from './regions.ts';

/** A region for examples. */
export function sampleRegion(partition: Partition = 'aws'): string {
  return REGIONS.find((region) => partitionOfRegion(region) === partition) ?? 'us-east-1';
}

const MAX_SLIPS = 2;
const MAX_CHARACTERS = 40;

/**
 * For `us-east1`, `US_EAST_1`, `us-east-1a`, `us-esat-1`; undefined for a correct region name, and if no region is
 * near.
 */
export function regionMeant(text: string): string | undefined {
  if (REGIONS.includes(text) || text.length > MAX_CHARACTERS) return undefined;
  const meant = bare(text);
  // A new region often has a known name with another number: `sa-east-2` may exist one day.
  const isOfPlace = (region: string) =>
    /^\d{1,2}$/.test(after(meant, bare(region).replace(/(?<!\d)\d+$/, '')));
  if (!REGIONS.some((region) => bare(region) === meant) && REGIONS.some(isOfPlace)) return undefined;
  // The number is missing.
  const begun = REGIONS.find((region) => bare(region).replace(/\d$/, '') === meant);
  if (begun !== undefined) return begun;
  const [first, second] = REGIONS.map((region) => ({
    region,
    slips: slipsBetween(meant, bare(region), MAX_SLIPS),
  })).toSorted((one, other) => one.slips - other.slips);
  const isOne = first !== undefined && first.slips <= MAX_SLIPS && first.slips !== second?.slips;
  return isOne ? first.region : undefined;
}

/** The rest after the beginning; empty if the text begins differently. */
function after(text: string, beginning: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : '';
}

/** Without the characters that are most often wrong. An availability zone is a region name with a letter. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z\d]/g, '')
    .replace(/(?<=\d)[a-z]$/, '');
}
