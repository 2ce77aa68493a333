// The names of AWS's regions, as far as they are known, for those who mistype one.
import { type Partition, partitionOfRegion } from './ecr-hostname.ts';

/** botocore's partitions.json. One that is opened tomorrow works, too: it is only never suggested. */
const REGIONS = `
us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 ap-south-1 ap-south-2 ap-northeast-1 ap-northeast-2
ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1
me-central-1 me-south-1 mx-central-1 sa-east-1 us-gov-east-1 us-gov-west-1 cn-north-1 cn-northwest-1 us-iso-east-1
us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-east-1 us-isof-south-1 eu-isoe-west-1 eusc-de-east-1`
  .trim()
  .split(/\s+/);

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
