// The names of AWS's regions, as far as they are known, for those who mistype one.
import { slipsBetween } from '../nearest.ts';
import { type Partition, partitionOfRegion } from './ecr-hostname.ts';
import { REGIONS } from './regions.ts';

/** One to show as an example. */
export function sampleRegion(partition: Partition = 'aws'): string {
  return REGIONS.find((region) => partitionOfRegion(region) === partition) ?? 'us-east-1';
}

const MAX_SLIPS = 2;
const MAX_CHARACTERS = 40;

/** As in `us-east1`, `US_EAST_1`, `us-east-1a`, `us-esat-1`; undefined for a region's own name, and where none is meant. */
export function regionMeant(text: string): string | undefined {
  if (REGIONS.includes(text) || text.length > MAX_CHARACTERS) return undefined;
  const meant = bare(text);
  // The number is what a new region differs by: `sa-east-2` may well be one tomorrow.
  const isOfPlace = (region: string) =>
    /^\d{1,2}$/.test(after(meant, bare(region).replace(/(?<!\d)\d+$/, '')));
  if (!REGIONS.some((region) => bare(region) === meant) && REGIONS.some(isOfPlace)) return undefined;
  // Its number is left out.
  const begun = REGIONS.find((region) => bare(region).replace(/\d$/, '') === meant);
  if (begun !== undefined) return begun;
  const [first, second] = REGIONS.map((region) => ({
    region,
    slips: slipsBetween(meant, bare(region), MAX_SLIPS),
  })).toSorted((one, other) => one.slips - other.slips);
  const isOne = first !== undefined && first.slips <= MAX_SLIPS && first.slips !== second?.slips;
  return isOne ? first.region : undefined;
}

/** What follows the beginning; empty where it begins otherwise. */
function after(text: string, beginning: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : '';
}

/** Without what is mistyped most; an availability zone is its region's name and a letter. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z\d]/g, '')
    .replace(/(?<=\d)[a-z]$/, '');
}
