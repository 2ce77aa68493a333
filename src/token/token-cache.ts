// Minted tokens in memory: one per key, one mint at a time, zeroed when they go.

import { LRUCache } from 'lru-cache';
import { abortable } from '../os/abortable.ts';
import type { Token } from '../questions.ts';
import {
  createMintHistory,
  type MintError,
  type MintFailure,
  type TokenDescription,
} from './mint-history.ts';
import { createSingleFlight } from './single-flight.ts';
import { type Clock, deadAt, type Lifetime, refreshAheadAt, refreshAt, type TokenPolicy } from './token.ts';
import { countUse, createEntry, type Renew, renewLater, type TokenEntry } from './token-entry.ts';

/** A token in memory, without its secret. */
export interface TokenStatus extends TokenDescription, Lifetime {
  /** Hostnames it was handed out for. */
  hostnames: readonly string[];
  /** How often it, and those that it renewed, were handed out. */
  served: number;
  /** Epoch ms. */
  lastServed: number;
  /** How often it was minted, renewals included. */
  mints: number;
  /** Where the last renewal failed. */
  lastError?: MintError;
}

/** Who asks for a token, and how to get one. */
export interface TokenRequest {
  /** What the identity was resolved from; one token per key. */
  key: string;
  hostname: string;
  about: TokenDescription;
  policy: TokenPolicy;
  mint: () => Promise<Token>;
  /**
   * Called where there is something to wait for; its signal ends this caller's wait, not the mint, which others may wait for
   * longer.
   */
  deadline?: (() => AbortSignal) | undefined;
  /** Kept with the token, for `refreshAhead`. */
  renew?: Renew | undefined;
  /** Mint in any case: what is in memory is neither handed out nor good for a failure. */
  fresh?: boolean;
}

export interface TokenCache {
  /**
   * The token of a key, for a hostname: from memory, or else from `mint`. However many ask at once, `mint` runs once.
   * Where a token that is due cannot be renewed, it serves on until it really expires, never after.
   * @throws whatever `mint` throws, or the signal's reason, when there is nothing left to hand out.
   */
  get(request: TokenRequest): Promise<Token>;
  /** Renews, in the background, what is nearly due and was used lately. */
  refreshAhead(): void;
  /** Forgets every token that was handed out for the hostname. */
  evict(hostname: string): void;
  /** Whether a living token handed out for the hostname has this password. */
  holds(hostname: string, password: string): boolean;
  status(): TokenStatus[];
  /** Undefined where no living token is held for the key. */
  statusOf(key: string): TokenStatus | undefined;
  /** What could not be minted in the last hour, and has no token. */
  failures(): MintFailure[];
  /** Drops what has expired. */
  purge(): void;
  clear(): void;
}

/** Far more than one person's identities times regions; a bound all the same. */
const MAX_TOKENS = 1_000;

/** Whoever pulled within this time is likely to pull again; a laptop that only sits there mints nothing. */
const LATELY_MS = 2 * 3_600_000;

/** `random` gives numbers from 0 to 1. */
export function createTokenCache(clock: Clock, random: () => number = Math.random): TokenCache {
  const entries = new LRUCache<string, TokenEntry>({
    max: MAX_TOKENS,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: (entry) => entry.password.fill(0),
  });
  const mints = createSingleFlight<TokenEntry>(clock);
  const history = createMintHistory(clock);

  const keep = (
    token: Token,
    { key, about, policy, renew }: Pick<TokenRequest, 'key' | 'about' | 'policy' | 'renew'>,
  ): TokenEntry | undefined => {
    const now = clock();
    const ttl = token.expiresAt - now;
    // An emulator may answer with an expiry in the past: the token is handed out, and not kept.
    if (!(ttl > 0)) return undefined;
    const old = entries.peek(key);
    const entry = createEntry({ token, about, policy, renew, jitter: random(), old }, now);
    entries.set(key, entry, { ttl });
    return entry;
  };

  const refresh = async (key: string, entry: TokenEntry): Promise<void> => {
    const { about, hostnames, policy, renew } = entry;
    const of = { key, about, hostnames };
    try {
      const renewal = renew?.();
      if (renewal === undefined) entry.renew = undefined;
      else {
        await mints.run(
          key,
          hostnames,
          () => history.record(of, () => renewal),
          (token) => keep(token, { key, about, policy, renew }),
        );
      }
    } catch (error) {
      // Here, too: who to be may be what cannot be told.
      history.failed(of, error);
      renewLater(entry, clock, random);
    }
  };

  const handOut = (entry: TokenEntry, { hostname, policy, renew }: TokenRequest): Token => {
    countUse(entry, hostname, clock());
    entry.policy = policy;
    entry.renew = renew;
    return { username: entry.username, password: entry.password.toString(), expiresAt: entry.expiresAt };
  };

  const statusOf = (key: string, entry: TokenEntry): TokenStatus => {
    const { about, mintedAt, expiresAt, hostnames, served, lastServed } = entry;
    const lastError = history.lastErrorOf(key);
    return {
      ...about,
      hostnames: [...hostnames],
      mintedAt,
      expiresAt,
      served,
      lastServed,
      mints: history.mintsOf(key),
      ...(lastError && { lastError }),
    };
  };

  const forHostname = (hostname: string) =>
    [...entries.entries()].filter(([, entry]) => entry.hostnames.has(hostname));

  return {
    async get(request) {
      const { key, hostname, about, policy, mint, deadline, fresh = false } = request;
      const entry = fresh ? undefined : entries.get(key);
      if (entry !== undefined) {
        const now = clock();
        const isRetryDue = now >= entry.retryAt || now >= deadAt(entry, policy);
        if (now < refreshAt(entry, policy) || !isRetryDue) return handOut(entry, request);
      }
      try {
        if (!fresh) mints.throwRemembered(key);
        const signal = deadline?.();
        const hostnames = [hostname];
        const minted = mints.run(
          key,
          hostnames,
          () => history.record({ key, about, hostnames }, mint),
          (brought) => keep(brought, request),
        );
        const { token, kept } = await abortable(minted, signal);
        // Not read back from the entry: an eviction may have zeroed it meanwhile.
        if (kept !== undefined) countUse(kept, hostname, clock());
        return token;
      } catch (error) {
        const old = entries.get(key);
        if (fresh || old === undefined || clock() >= deadAt(old, policy)) throw error;
        renewLater(old, clock, random);
        return handOut(old, request);
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
      history.forget(hostname);
      for (const [key] of forHostname(hostname)) entries.delete(key);
    },
    holds(hostname, password) {
      return forHostname(hostname).some(([, entry]) => entry.password.toString() === password);
    },
    status: () => [...entries.entries()].map(([key, entry]) => statusOf(key, entry)),
    statusOf(key) {
      const entry = entries.get(key);
      return entry && statusOf(key, entry);
    },
    failures() {
      return history.failures().flatMap(({ key, ...failure }) => (entries.has(key) ? [] : [failure]));
    },
    purge() {
      entries.purgeStale();
      mints.purge();
    },
    clear() {
      mints.forget();
      history.clear();
      entries.clear();
    },
  };
}
