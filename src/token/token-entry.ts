// One minted token in memory: its bytes, who used it, and when a renewal that failed is tried again.
import type { Token } from '../questions.ts';
import type { TokenDescription } from './mint-history.ts';
import type { Clock, Lifetime, TokenPolicy } from './token.ts';

/** Mints without anybody who waits for it; undefined where what the identity was resolved from has changed meanwhile. */
export type Renew = () => Promise<Token> | undefined;

export interface TokenEntry extends Lifetime {
  about: TokenDescription;
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

export interface NewEntry {
  token: Token;
  about: TokenDescription;
  policy: TokenPolicy;
  renew: Renew | undefined;
  jitter: number;
  /** What it replaces: its registries and its use are the new one's. */
  old: TokenEntry | undefined;
}

export function createEntry({ token, about, policy, renew, jitter, old }: NewEntry, now: number): TokenEntry {
  return {
    about,
    username: token.username,
    password: Buffer.from(token.password),
    mintedAt: now,
    expiresAt: token.expiresAt,
    hostnames: new Set(old?.hostnames),
    served: old?.served ?? 0,
    lastServed: old?.lastServed ?? now,
    policy,
    renew,
    jitter,
    failures: 0,
    retryAt: 0,
  };
}

/** It is handed out for the hostname. */
export function countUse(entry: TokenEntry, hostname: string, now: number): void {
  entry.hostnames.add(hostname);
  entry.served += 1;
  entry.lastServed = now;
}

/** After a failed renewal the old token is handed out at once for this long, rather than after another failure. */
const RETRY_AFTER_MS = 60_000;
/** It doubles with each failure, up to this. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** The old token serves on meanwhile, and longer where it fails. `random` is from 0 to 1. */
export function renewLater(entry: TokenEntry, clock: Clock, random: () => number): void {
  entry.failures += 1;
  const wait = Math.min(RETRY_AFTER_MS * 2 ** (entry.failures - 1), MAX_RETRY_AFTER_MS);
  entry.retryAt = clock() + wait * (1 + random() / 2);
}
