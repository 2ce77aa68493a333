// Keeps secrets in memory until they expire, as bytes that are zeroed when they are dropped.
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { type Lifetime, leftOf } from './lifetime.ts';

/** The public facts of a secret. */
interface Kept<About> {
  about: About;
  /** Milliseconds. */
  leftMs: number;
}

export interface ZeroingStore<About> {
  /** Undefined if there is none, or it has expired. */
  get(key: string): (Kept<About> & { secret: string }) | undefined;
  /** `lifeMs`: how long it is kept; it is not kept if this is 0 or less. */
  set(key: string, about: About, secret: string, lifeMs: number): void;
  list(): Map<string, Kept<About>>;
  delete(key: string): void;
  /** Drops what has expired. */
  purge(): void;
  clear(): void;
}

interface Entry<About> extends Lifetime {
  about: About;
  bytes: Buffer;
}

export function createZeroingStore<About extends object>(max: number, clock: Clock): ZeroingStore<About> {
  const entries = new LRUCache<string, Entry<About>>({ max, dispose: ({ bytes }) => bytes.fill(0) });
  const purge = () => {
    const now = clock();
    for (const [key, entry] of entries.entries()) if (leftOf(entry, now) <= 0) entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      const leftMs = entry === undefined ? 0 : leftOf(entry, clock());
      return entry && leftMs > 0 ? { about: entry.about, leftMs, secret: entry.bytes.toString() } : undefined;
    },
    set(key, about, secret, lifeMs) {
      if (lifeMs > 0) entries.set(key, { about, bytes: Buffer.from(secret), arrived: clock(), lifeMs });
      else entries.delete(key);
    },
    list() {
      purge();
      const now = clock();
      const kept = [...entries.entries()].map(([key, entry]): [string, Kept<About>] => {
        return [key, { about: entry.about, leftMs: leftOf(entry, now) }];
      });
      return new Map(kept);
    },
    delete: (key) => void entries.delete(key),
    purge,
    clear: () => entries.clear(),
  };
}
