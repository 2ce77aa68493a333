// Chance by a seed: the same seed gives the same numbers, so a run can be repeated.

export interface Chance {
  /** From 0 to 1, without 1. */
  (): number;
  /** From `least` to `most`, without `most`. */
  between(least: number, most: number): number;
  /** A whole number, `most` included. */
  whole(least: number, most: number): number;
  /** Whether it comes about, with this likelihood. */
  happens(likelihood: number): boolean;
  one<T>(of: readonly T[]): T;
}

/** Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + next() * (most - least);
  const whole = (least: number, most: number) => Math.floor(between(least, most + 1));
  return Object.assign(next, {
    between,
    whole,
    happens: (likelihood: number) => next() < likelihood,
    one: <T>(of: readonly T[]): T => {
      const chosen = of[whole(0, of.length - 1)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
  });
}
