// The fewest mints that a soak's gets need: a greedy bound from expiry and margin, independent of the product.
import type { SoakPolicy } from './identities.ts';
import { DAY } from './machine-time.ts';
import { TOKEN_LIFE } from './small-aws.ts';

export interface Fewest {
  /**
   * A get that was answered with a token. `canMint`: whether AWS would have given one; if not, an old one was the
   * answer. `key`: everything with the same key can share a token.
   */
  needed(key: string, hostname: string, now: number, canMint: boolean): void;
  /** A person forced a mint, whatever was in memory. */
  ordered(key: string, hostname: string, now: number): void;
  /** `docker logout`: tokens that were given out for it are forgotten. */
  erased(hostname: string): void;
  total(): number;
  /** Forgets what has expired. */
  tidy(now: number): void;
}

/** The maximum of the margin, as a share of a lifetime, from the documentation of the config. */
const MARGIN_SHARE = 0.1;

export function createFewest({ refreshMargin, maxTokenAge }: SoakPolicy): Fewest {
  const life = Math.min(TOKEN_LIFE, maxTokenAge);
  /**
   * A token that is minted at a get serves the gets of this time. Minting later is impossible, and earlier would serve
   * fewer.
   */
  const serves = life - Math.min(refreshMargin, life * MARGIN_SHARE);
  const covers = new Map<string, { until: number; hostnames: Set<string> }>();
  let total = 0;
  const mint = (key: string, hostname: string, now: number) => {
    total += 1;
    covers.set(key, { until: now + serves, hostnames: new Set([hostname]) });
  };
  return {
    needed(key, hostname, now, canMint) {
      const cover = covers.get(key);
      if (cover !== undefined && now < cover.until) cover.hostnames.add(hostname);
      else if (canMint) mint(key, hostname, now);
    },
    ordered: mint,
    erased(hostname) {
      for (const [key, { hostnames }] of covers) if (hostnames.has(hostname)) covers.delete(key);
    },
    total: () => total,
    tidy(now) {
      for (const [key, { until }] of covers) if (until < now - DAY) covers.delete(key);
    },
  };
}
