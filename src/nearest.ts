// Finds the name that was probably meant by a mistyped one.

/** Longer names are not compared, because the time is the product of both lengths. */
const MAX_LENGTH = 100;

/**
 * The single nearest name, ignoring case: with one mistake, or two in a longer name. A mistake is a character that is
 * added, left out, changed, or swapped with the next. Undefined if no name is near, or if several are equally near.
 */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const most = name.length < 5 ? 1 : 2;
  let best: string | undefined;
  let least = most + 1;
  for (const other of names) {
    const slips = slipsBetween(name, other, most);
    if (slips > least || slips > most) continue;
    best = slips === least ? undefined : other;
    least = slips;
  }
  return best;
}

/** The number of mistakes between two names (optimal string alignment); infinite if more than `most`. */
export function slipsBetween(one: string, other: string, most: number): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (Math.abs(a.length - b.length) > most || Math.max(a.length, b.length) > MAX_LENGTH) {
    return Number.POSITIVE_INFINITY;
  }
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const at = (list: readonly number[], index: number) => list[index] ?? Number.POSITIVE_INFINITY;
      let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) slips = Math.min(slips, at(before, j - 2) + 1);
      row.push(slips);
    }
    [before, last] = [last, row];
  }
  const slips = last[b.length] ?? Number.POSITIVE_INFINITY;
  return slips > most ? Number.POSITIVE_INFINITY : slips;
}
