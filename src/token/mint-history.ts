// What became of the mints of each key: how many there were, and how the last one failed.
import { LRUCache } from 'lru-cache';
import { errorText } from '../errors.ts';
import type { Clock } from './token.ts';

/** What a token is, for people to read: no secret is in it. */
export interface TokenDescription {
  /** As in `profile dev`. */
  identity: string;
  region: string;
}

export interface MintError {
  /** One line: what failed, and what mends it. */
  text: string;
  /** Epoch ms. */
  at: number;
}

/** A key that has no token, because its mint failed. */
export interface MintFailure extends TokenDescription, MintError {
  hostnames: readonly string[];
}

interface MintRecord {
  about: TokenDescription;
  hostnames: Set<string>;
  mints: number;
  lastError: MintError | undefined;
}

export interface MintHistory {
  /** Mints, and remembers what came of it. @throws whatever `mint` throws. */
  record<T>(of: MintOf, mint: () => Promise<T>): Promise<T>;
  failed(of: MintOf, error: unknown): void;
  mintsOf(key: string): number;
  /** Undefined where the last mint of the key was a success. */
  lastErrorOf(key: string): MintError | undefined;
  /** Of the last hour, the keys without a success since. */
  failures(): (MintFailure & { key: string })[];
  forget(hostname: string): void;
  clear(): void;
}

/** What is minted, and for whom. */
export interface MintOf {
  key: string;
  about: TokenDescription;
  hostnames: Iterable<string>;
}

/** More keys than one person uses in a day, and few enough to weigh nothing. */
const MAX_KEYS = 200;

/** Whoever has had a failure without a token looks at it soon, or has forgotten it. */
const FAILURE_LIFE_MS = 3_600_000;

export function createMintHistory(clock: Clock): MintHistory {
  const records = new LRUCache<string, MintRecord>({ max: MAX_KEYS });

  const recordOf = ({ key, about, hostnames }: MintOf): MintRecord => {
    const record = records.get(key) ?? { about, hostnames: new Set(), mints: 0, lastError: undefined };
    for (const hostname of hostnames) record.hostnames.add(hostname);
    records.set(key, record);
    return record;
  };
  const failed: MintHistory['failed'] = (of, error) => {
    recordOf(of).lastError = { text: errorText(error), at: clock() };
  };

  return {
    async record(of, mint) {
      try {
        const result = await mint();
        const record = recordOf(of);
        record.mints += 1;
        record.lastError = undefined;
        return result;
      } catch (error) {
        failed(of, error);
        throw error;
      }
    },
    failed,
    mintsOf: (key) => records.peek(key)?.mints ?? 0,
    lastErrorOf: (key) => records.peek(key)?.lastError,
    failures() {
      const since = clock() - FAILURE_LIFE_MS;
      return [...records.entries()].flatMap(([key, { about, hostnames, lastError }]) =>
        lastError === undefined || lastError.at <= since
          ? []
          : [{ key, ...about, hostnames: [...hostnames], ...lastError }],
      );
    },
    forget(hostname) {
      for (const [key, { hostnames }] of [...records.entries()])
        if (hostnames.has(hostname)) records.delete(key);
    },
    clear: () => records.clear(),
  };
}
