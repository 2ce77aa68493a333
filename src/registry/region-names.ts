// The names of AWS's regions, as far as they are known, for those who mistype one.
import { type Partition, partitionOfRegion } from './ecr-hostname.ts';
import { REGIONS } from './regions.ts';

/** One to show as an example. */
export function sampleRegion(partition: Partition = 'aws'): string {
  return REGIONS.find((region) => partitionOfRegion(region) === partition) ?? 'us-east-1';
}

const MAX_EDITS = 2;
const MAX_CHARACTERS = 40;

/** As in `us-east1`, `US_EAST_1`, `us-east-1a`, `us-esat-1`; undefined for a region's own name, and where none is meant. */
export function nearestRegion(text: string): string | undefined {
  if (REGIONS.includes(text) || text.length > MAX_CHARACTERS) return undefined;
  const meant = bare(text);
  // Its number is left out.
  const begun = REGIONS.find((region) => bare(region).replace(/\d$/, '') === meant);
  if (begun !== undefined) return begun;
  const [first, second] = REGIONS.map((region) => ({
    region,
    edits: distance(meant, bare(region)),
  })).toSorted((one, other) => one.edits - other.edits);
  const isOne = first !== undefined && first.edits <= MAX_EDITS && first.edits !== second?.edits;
  return isOne ? first.region : undefined;
}

/** Without what is mistyped most; an availability zone is its region's name and a letter. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z\d]/g, '')
    .replace(/(?<=\d)[a-z]$/, '');
}

/** Characters added, left out, changed, or swapped with the next (the optimal string alignment distance). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
