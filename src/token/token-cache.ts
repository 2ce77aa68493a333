// Minted tokens in memory: one per key, one mint at a time, zeroed when they go.
import { LRUCache } from 'lru-cache';
import { type Clock, deadAt, type Lifetime, refreshAt, type Token, type TokenPolicy } from './token.ts';

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
  /** Epoch ms before which a failed renewal is not tried again. */
  retryAt: number;
}

/** A mint under way. */
interface Mint {
  result: Promise<Minted>;
  hostnames: Set<string>;
  /** Set by an eviction meanwhile: the token must not come back into memory. */
  forgotten: boolean;
}

interface Minted {
  token: Token;
  /** Undefined where the token is not kept. */
  entry: Entry | undefined;
}

export interface TokenCache {
  /**
   * The token of a key, for a hostname: from memory, or else from `mint`. However many ask at once, `mint` runs once.
   * Where a token that is due cannot be renewed, it serves on until it really expires, never after.
   * @param deadline called where there is something to wait for; its signal ends this caller's wait, not the mint, which
   *   others may wait for longer.
   * @throws whatever `mint` throws, or the signal's reason, when there is nothing left to hand out.
   */
  get(
    key: string,
    hostname: string,
    policy: TokenPolicy,
    mint: () => Promise<Token>,
    deadline?: () => AbortSignal,
  ): Promise<Token>;
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

export function createTokenCache(clock: Clock): TokenCache {
  const entries = new LRUCache<string, Entry>({
    max: MAX_TOKENS,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: (entry) => entry.password.fill(0),
  });
  const minting = new Map<string, Mint>();

  const keep = (key: string, token: Token): Entry | undefined => {
    const now = clock();
    const ttl = token.expiresAt - now;
    // An emulator may answer with an expiry in the past: the token is handed out, and not kept.
    if (!(ttl > 0)) return undefined;
    const entry: Entry = {
      username: token.username,
      password: Buffer.from(token.password),
      mintedAt: now,
      expiresAt: token.expiresAt,
      hostnames: new Set(entries.peek(key)?.hostnames),
      served: 0,
      retryAt: 0,
    };
    entries.set(key, entry, { ttl });
    return entry;
  };

  const mintOnce = (key: string, hostname: string, mint: () => Promise<Token>): Promise<Minted> => {
    const running = minting.get(key);
    running?.hostnames.add(hostname);
    if (running !== undefined) return running.result;
    const started: Mint = {
      hostnames: new Set([hostname]),
      forgotten: false,
      result: mint()
        .then((token) => ({ token, entry: started.forgotten ? undefined : keep(key, token) }))
        .finally(() => minting.delete(key)),
    };
    minting.set(key, started);
    return started.result;
  };

  const count = (entry: Entry, hostname: string): void => {
    entry.hostnames.add(hostname);
    entry.served += 1;
  };

  const handOut = (entry: Entry, hostname: string): Token => {
    count(entry, hostname);
    return { username: entry.username, password: entry.password.toString(), expiresAt: entry.expiresAt };
  };

  const forHostname = (hostname: string) =>
    [...entries.entries()].filter(([, entry]) => entry.hostnames.has(hostname));

  return {
    async get(key, hostname, policy, mint, deadline) {
      const entry = entries.get(key);
      if (entry !== undefined) {
        const now = clock();
        const isRetryDue = now >= entry.retryAt || now >= deadAt(entry, policy);
        if (now < refreshAt(entry, policy) || !isRetryDue) return handOut(entry, hostname);
      }
      try {
        const { token, entry: kept } = await abortable(mintOnce(key, hostname, mint), deadline?.());
        // Not read back from the entry: an eviction may have zeroed it meanwhile.
        if (kept !== undefined) count(kept, hostname);
        return token;
      } catch (error) {
        const old = entries.get(key);
        if (old === undefined || clock() >= deadAt(old, policy)) throw error;
        old.retryAt = clock() + RETRY_AFTER_MS;
        return handOut(old, hostname);
      }
    },
    evict(hostname) {
      for (const mint of minting.values()) mint.forgotten ||= mint.hostnames.has(hostname);
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
    purge: () => void entries.purgeStale(),
    clear() {
      for (const mint of minting.values()) mint.forgotten = true;
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
