// Minted tokens in memory: one per key, one mint at a time, zeroed when they go.
import { LRUCache } from 'lru-cache';
import { createSingleFlight } from './single-flight.ts';
import {
  type Clock,
  deadAt,
  type Lifetime,
  refreshAheadAt,
  refreshAt,
  type Token,
  type TokenPolicy,
} from './token.ts';

/** A token in memory, without its secret. */
export interface TokenStatus extends Lifetime {
  /** Hostnames it was handed out for. */
  hostnames: readonly string[];
  /** How often it was handed out. */
  served: number;
}

interface Entry extends Lifetime {
  username: string;
  /** A buffer, not a string: it can be zeroed. */
  password: Buffer;
  hostnames: Set<string>;
  served: number;
  /** Epoch ms. */
  lastServed: number;
  /** Of whoever was served last. */
  policy: TokenPolicy;
  renew: Renew | undefined;
  /** From 0 to 1: how far ahead of its time it is renewed. */
  jitter: number;
  /** Renewals that failed, one after another. */
  failures: number;
  /** Epoch ms before which a failed renewal is not tried again. */
  retryAt: number;
}

/** Mints without anybody who waits for it; undefined where what the identity was resolved from has changed meanwhile. */
export type Renew = () => Promise<Token> | undefined;

export interface TokenCache {
  /**
   * The token of a key, for a hostname: from memory, or else from `mint`. However many ask at once, `mint` runs once.
   * Where a token that is due cannot be renewed, it serves on until it really expires, never after.
   * @param deadline called where there is something to wait for; its signal ends this caller's wait, not the mint, which
   *   others may wait for longer.
   * @param renew kept with the token, for `refreshAhead`.
   * @throws whatever `mint` throws, or the signal's reason, when there is nothing left to hand out.
   */
  get(
    key: string,
    hostname: string,
    policy: TokenPolicy,
    mint: () => Promise<Token>,
    deadline?: () => AbortSignal,
    renew?: Renew,
  ): Promise<Token>;
  /** Renews, in the background, what is nearly due and was used lately. */
  refreshAhead(): void;
  /** Forgets every token that was handed out for the hostname. */
  evict(hostname: string): void;
  /** Whether a living token handed out for the hostname has this password. */
  holds(hostname: string, password: string): boolean;
  status(): TokenStatus[];
  /** Drops what has expired. */
  purge(): void;
  clear(): void;
}

/** Far more than one person's identities times regions; a bound all the same. */
const MAX_TOKENS = 1_000;

/** After a failed renewal the old token is handed out at once for this long, rather than after another failure. */
const RETRY_AFTER_MS = 60_000;
/** It doubles with each failure, up to this. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** Whoever pulled within this time is likely to pull again; a laptop that only sits there mints nothing. */
const LATELY_MS = 2 * 3_600_000;

/** `random` gives numbers from 0 to 1. */
export function createTokenCache(clock: Clock, random: () => number = Math.random): TokenCache {
  const entries = new LRUCache<string, Entry>({
    max: MAX_TOKENS,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: (entry) => entry.password.fill(0),
  });
  const mints = createSingleFlight<Entry>(clock);

  const keep = (key: string, token: Token, policy: TokenPolicy, renew?: Renew): Entry | undefined => {
    const now = clock();
    const ttl = token.expiresAt - now;
    // An emulator may answer with an expiry in the past: the token is handed out, and not kept.
    if (!(ttl > 0)) return undefined;
    const old = entries.peek(key);
    const entry: Entry = {
      username: token.username,
      password: Buffer.from(token.password),
      mintedAt: now,
      expiresAt: token.expiresAt,
      hostnames: new Set(old?.hostnames),
      served: 0,
      lastServed: old?.lastServed ?? now,
      policy,
      renew,
      jitter: random(),
      failures: 0,
      retryAt: 0,
    };
    entries.set(key, entry, { ttl });
    return entry;
  };

  /** The old token serves on meanwhile, and longer where it fails. */
  const renewLater = (entry: Entry): void => {
    entry.failures += 1;
    const wait = Math.min(RETRY_AFTER_MS * 2 ** (entry.failures - 1), MAX_RETRY_AFTER_MS);
    entry.retryAt = clock() + wait * (1 + random() / 2);
  };

  const refresh = async (key: string, entry: Entry): Promise<void> => {
    try {
      const renewal = entry.renew?.();
      if (renewal === undefined) entry.renew = undefined;
      else {
        const { hostnames, policy, renew } = entry;
        await mints.run(
          key,
          hostnames,
          () => renewal,
          (token) => keep(key, token, policy, renew),
        );
      }
    } catch {
      renewLater(entry);
    }
  };

  const count = (entry: Entry, hostname: string): void => {
    entry.hostnames.add(hostname);
    entry.served += 1;
    entry.lastServed = clock();
  };

  const handOut = (entry: Entry, hostname: string, policy: TokenPolicy, renew?: Renew): Token => {
    count(entry, hostname);
    entry.policy = policy;
    entry.renew = renew;
    return { username: entry.username, password: entry.password.toString(), expiresAt: entry.expiresAt };
  };

  const forHostname = (hostname: string) =>
    [...entries.entries()].filter(([, entry]) => entry.hostnames.has(hostname));

  return {
    async get(key, hostname, policy, mint, deadline, renew) {
      const entry = entries.get(key);
      if (entry !== undefined) {
        const now = clock();
        const isRetryDue = now >= entry.retryAt || now >= deadAt(entry, policy);
        if (now < refreshAt(entry, policy) || !isRetryDue) return handOut(entry, hostname, policy, renew);
      }
      try {
        mints.throwRemembered(key);
        const minted = mints.run(key, [hostname], mint, (fresh) => keep(key, fresh, policy, renew));
        const { token, kept } = await abortable(minted, deadline?.());
        // Not read back from the entry: an eviction may have zeroed it meanwhile.
        if (kept !== undefined) count(kept, hostname);
        return token;
      } catch (error) {
        const old = entries.get(key);
        if (old === undefined || clock() >= deadAt(old, policy)) throw error;
        renewLater(old);
        return handOut(old, hostname, policy, renew);
      }
    },
    refreshAhead() {
      const now = clock();
      for (const [key, entry] of entries.entries()) {
        const isDue = now >= refreshAheadAt(entry, entry.policy, entry.jitter) && now >= entry.retryAt;
        if (isDue && now - entry.lastServed <= LATELY_MS && !mints.isRunning(key)) void refresh(key, entry);
      }
    },
    evict(hostname) {
      mints.forget(hostname);
      for (const [key] of forHostname(hostname)) entries.delete(key);
    },
    holds(hostname, password) {
      return forHostname(hostname).some(([, entry]) => entry.password.toString() === password);
    },
    status() {
      return [...entries.values()].map(({ mintedAt, expiresAt, hostnames, served }) => ({
        mintedAt,
        expiresAt,
        hostnames: [...hostnames],
        served,
      }));
    },
    purge() {
      entries.purgeStale();
      mints.purge();
    },
    clear() {
      mints.forget();
      entries.clear();
    },
  };
}

/** @throws the signal's reason, when it comes first. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
