// The fewest mints that a soak's gets need: a greedy bound from expiry and margin, that knows nothing of the product.
import type { SoakPolicy } from './identities.ts';
import { DAY } from './machine-time.ts';
import { TOKEN_LIFE } from './small-aws.ts';

export interface Fewest {
  /**
   * A get that was answered with a token. `canMint`: whether AWS would have given one; where not, an old one served.
   * `key`: one token serves all that has this key.
   */
  needed(key: string, hostname: string, now: number, canMint: boolean): void;
  /** A person had one minted, whatever there was. */
  ordered(key: string, hostname: string, now: number): void;
  /** `docker logout`: tokens that were handed out for it are forgotten. */
  erased(hostname: string): void;
  total(): number;
  /** Forgets what is long over. */
  tidy(now: number): void;
}

/** The share of a life that a margin is at most, as the documentation of the config says. */
const MARGIN_SHARE = 0.1;

export function createFewest({ refreshMargin, maxTokenAge }: SoakPolicy): Fewest {
  const life = Math.min(TOKEN_LIFE, maxTokenAge);
  /** A token that is minted at a get serves those of this long: no later is possible, and earlier it serves fewer. */
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
