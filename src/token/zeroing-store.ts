// Secrets in memory until they expire: as bytes, which are zeroed when they go.
import { LRUCache } from 'lru-cache';
import type { Clock } from './lifetime.ts';

export interface ZeroingStore<About> {
  /** The secret, and what may be known of it; undefined where there is none, or it has expired. */
  get(key: string): { about: About; secret: string } | undefined;
  /** `lifeMs`: how long it is kept; not at all where that is over already. */
  set(key: string, about: About, secret: string, lifeMs: number): void;
  about(): Map<string, About>;
  delete(key: string): void;
  /** Drops what has expired. */
  purge(): void;
  clear(): void;
}

export function createZeroingStore<About extends object>(max: number, clock: Clock): ZeroingStore<About> {
  const entries = new LRUCache<string, { about: About; bytes: Buffer }>({
    max,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: ({ bytes }) => bytes.fill(0),
  });
  return {
    get(key) {
      const entry = entries.get(key);
      return entry && { about: entry.about, secret: entry.bytes.toString() };
    },
    set(key, about, secret, lifeMs) {
      if (lifeMs > 0) entries.set(key, { about, bytes: Buffer.from(secret) }, { ttl: lifeMs });
      else entries.delete(key);
    },
    about: () => new Map([...entries.entries()].map(([key, { about }]) => [key, about])),
    delete: (key) => void entries.delete(key),
    purge: () => void entries.purgeStale(),
    clear: () => entries.clear(),
  };
}
