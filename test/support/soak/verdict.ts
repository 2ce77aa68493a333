// The conditions that a soak must meet, and the last table, with its figures.
import type { Footprint, KeptObjects } from './footprint.ts';
import { firstDay, type SoakResult } from './soak.ts';

/** Mints, compared with the fewest that the gets need. */
const MOST_MINTS = 1.25;
/** Bytes of the heap on the last days, compared with the first that count. */
const MOST_HEAP = 1.1;
/** The same for objects: not every day has equally many active identities. */
const MOST_OBJECTS = 1.25;
/** A growth by this much is allowed, because small numbers vary. */
const FEW = 20;
/** The number of days at each end whose median is compared. */
const DAYS = 3;

const OBJECTS: readonly (keyof KeptObjects)[] = ['timers', 'signals', 'errors', 'sets'];
const EXACT = ['descriptors', 'files'] as const;
/** Allowed growth of each: the log, and its former part after a rotation. */
const EXACT_MORE = 2;

/** What is wrong, as text. */
export function brokenPromises(result: SoakResult): string[] {
  const { counts, minted, fewest } = result;
  const broken: string[] = [];
  if (counts.gets === 0 || counts.tokens === 0) broken.push('nothing was asked');
  for (const what of ['expired', 'wrong', 'unexplained'] as const) {
    if (counts[what] > 0) broken.push(`${counts[what]} answers ${what}`);
  }
  if (minted > fewest * MOST_MINTS) broken.push(`${minted} mints, where ${fewest} would do`);
  const [first, last] = ends(result);
  if (first === undefined || last === undefined) return broken;
  const mayBe = (what: string, [from, to]: [number, number], most: number) => {
    if (to > most) broken.push(`${what} grew from ${from} to ${to}`);
  };
  mayBe('heap', [first.heap, last.heap], first.heap * MOST_HEAP);
  for (const what of EXACT) mayBe(what, [first[what], last[what]], first[what] + EXACT_MORE);
  const [before, after] = [result.objects.at(0), result.objects.at(-1)];
  if (before === undefined || after === undefined) return [...broken, 'no objects were counted'];
  for (const what of OBJECTS) {
    mayBe(what, [before[what], after[what]], before[what] * MOST_OBJECTS + FEW);
  }
  return broken;
}

/** The medians of the first days that count, and of the last; with too few days, the first and the last day. */
function ends({ days, footprints }: SoakResult): [Footprint | undefined, Footprint | undefined] {
  const counted = footprints.filter(({ day }) => day >= firstDay(days));
  if (counted.length < 2 * DAYS) return [counted.at(0), counted.at(-1)];
  return [medians(counted.slice(0, DAYS)), medians(counted.slice(-DAYS))];
}

function medians(of: readonly Footprint[]): Footprint | undefined {
  const [any] = of;
  if (any === undefined) return undefined;
  const median = { ...any };
  for (const what of Object.keys(any) as (keyof Footprint)[]) {
    median[what] =
      of.map((one) => one[what]).toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? 0;
  }
  return median;
}

export function soakTable(result: SoakResult): string {
  const { machine, days, identities, seed, counts, minted, refused, fewest, daemons, objects } = result;
  const explained = [...counts.explained.values()].reduce((sum, count) => sum + count, 0);
  const [first, last] = ends(result);
  const megabytes = (footprint: Footprint | undefined) => ((footprint?.heap ?? 0) / 1e6).toFixed(2);
  const fromTo = (what: keyof Footprint) => `${first?.[what]} → ${last?.[what]}`;
  const rows: [string, unknown][] = [
    [`${machine}, seed ${seed}`, `${days} days, ${identities} identities, ${daemons} daemons`],
    ['gets', `${counts.gets}: ${counts.tokens} tokens, ${counts.logins} logins of docker login`],
    ['mints', `${minted}, and ${refused} refused`],
    ['fewest', fewest],
    ['ratio', (minted / fewest).toFixed(3)],
    ['failures explained', explained],
    ...[...counts.explained].map(([reason, count]): [string, unknown] => [`  ${reason}`, count]),
    ['failures unexplained', counts.unexplained],
    ['expired tokens', counts.expired],
    ['wrong answers', counts.wrong],
    [`heap, day ${first?.day} → day ${last?.day}`, `${megabytes(first)} → ${megabytes(last)} MB`],
    ['descriptors', fromTo('descriptors')],
    ['files', fromTo('files')],
    ...OBJECTS.map((what): [string, unknown] => [
      what,
      `${objects.at(0)?.[what]} → ${objects.at(-1)?.[what]}`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(26)}${value}`).join('\n');
}
