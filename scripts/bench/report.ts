// The form of the measurements, and the table of 100 columns.

/** A measured number beside its goal. */
export interface Check {
  /** As in `0.15 × Go`. */
  readonly measured: string;
  /** As in `≤ 0.16 × Go`. */
  readonly target: string;
  readonly holds: boolean;
}

export interface Row {
  readonly name: string;
  readonly what: string;
  readonly ours: string;
  /** The others of the same run; empty if there are none. */
  readonly others: string;
  readonly checks: readonly Check[];
  /** For the JSON file: name → unit → value. */
  readonly numbers: Readonly<Record<string, number>>;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The widths of the columns what, ours, others, measured and target. A mark follows them. */
const WIDTHS = [30, 11, 25, 14, 14] as const;

const line = (cells: readonly string[]) =>
  cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join(' ')
    .trimEnd();

export const TABLE_HEAD = line(['', 'ours', 'others', 'measured', 'target']);

export function sectionHead(title: string): string {
  return `${title} ${'─'.repeat(Math.max(0, 98 - title.length))}`;
}

/** One line, and one more for each check after the first. */
export function rowLines({ what, ours, others, checks }: Row): string {
  const [first, ...more] = checks.map(({ measured, target, holds }) => [
    measured,
    target,
    mark(target, holds),
  ]);
  return [
    line([what, ours, others, ...(first ?? [])]),
    ...more.map((cells) => line(['', '', '', ...cells])),
  ].join('\n');
}

/** A check without a target is only shown. */
function mark(target: string, holds: boolean): string {
  if (target === '') return '';
  return holds ? '✔' : '✖';
}

/** `ours` must be at most `most` times `theirs`; without `most` it is only shown. */
export function atMostTimes(ours: number, theirs: number, whose: string, most?: number): Check {
  const ratio = ours / theirs;
  const measured = `${digits(ratio)} × ${whose}`;
  return most === undefined
    ? { measured, target: '', holds: true }
    : { measured, target: `≤ ${most} × ${whose}`, holds: ratio <= most };
}

/** At least `least` times better; `than`: the program that it is compared with. */
export function atLeastTimes(times: number, than: string, least?: number): Check {
  const measured = `${than} ÷ ${digits(times)}`;
  return least === undefined
    ? { measured, target: '', holds: true }
    : { measured, target: `${than} ÷ ≥ ${least}`, holds: times >= least };
}

export function atMost(number: number, unit: string, most: number): Check {
  return { measured: `${digits(number)} ${unit}`, target: `≤ ${most} ${unit}`, holds: number <= most };
}

export function exactly(measured: string, target: string): Check {
  return { measured, target, holds: measured === target };
}

export function milliseconds(number: number): string {
  return `${digits(number)} ms`;
}

/** About three significant digits. */
export function digits(number: number): string {
  if (Number.isInteger(number) || Math.abs(number) >= 100) return number.toFixed(0);
  return number.toFixed(Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3);
}
