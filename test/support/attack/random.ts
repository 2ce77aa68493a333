// Owns the numbers that attacks are made from: the same seed, class and number give the same attack.
import { createHash } from 'node:crypto';

export interface Random {
  /** An integer from 0 to below this. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}

/** SHA-256 in counter mode: slow and simple, and no attack needs many numbers. */
export function randomOf(seed: number, ...path: readonly (string | number)[]): Random {
  let counter = 0;
  const next = () => {
    counter += 1;
    return createHash('sha256')
      .update(JSON.stringify([seed, path, counter]))
      .digest()
      .readUInt32BE();
  };
  const below = (limit: number) => next() % limit;
  return {
    below,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
  };
}
