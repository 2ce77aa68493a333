// One slot: all that is known of a key, whether it has a token now or not.
import { errorText, XacctError } from '../errors.ts';
import type { Token } from '../questions.ts';
import {
  type Clock,
  deadAt,
  type Lifetime,
  refreshAheadAt,
  refreshAt,
  type TokenPolicy,
} from './lifetime.ts';

/** What a token is, for people to read: no secret is in it. */
export interface TokenDescription {
  /** As in `profile dev`. */
  identity: string;
  region: string;
}

export interface MintError {
  /** One line: what failed, and what fixes it. */
  text: string;
  /** Epoch ms. */
  at: number;
}

/** Mints with no caller that waits for it; undefined where what the identity was resolved from has changed meanwhile. */
export type Renew = () => Promise<Token> | undefined;

export interface Slot {
  about: TokenDescription;
  /** Those that the token was handed out for; without a token, those that it failed for. */
  hostnames: Set<string>;
  /** Those that wait for the mint under way. */
  waiting: Set<string>;
  token: HeldToken | undefined;
  /** The mint under way; another one takes its place where it is replaced. */
  flight: Promise<Token> | undefined;
  /** Of the last mint, where it failed; `until` is when the next caller has AWS asked again. */
  failure: (MintError & { error: unknown; until: number }) | undefined;
  mints: number;
  served: number;
  /** Epoch ms. */
  lastServed: number;
  /** Of the last caller. */
  policy: TokenPolicy;
  renew: Renew | undefined;
}

export interface HeldToken extends Lifetime {
  username: string;
  /** A buffer, not a string: it can be zeroed. */
  password: Buffer;
  /** From 0 to 1: how far ahead of its time it is renewed. */
  jitter: number;
  /** Renewals that failed, one after another. */
  failures: number;
  /** Epoch ms before which a failed renewal is not tried again. */
  retryAt: number;
}

export function createSlot(about: TokenDescription, policy: TokenPolicy): Slot {
  return {
    ...{ about, policy, hostnames: new Set(), waiting: new Set(), mints: 0, served: 0, lastServed: 0 },
    ...{ token: undefined, flight: undefined, failure: undefined, renew: undefined },
  };
}

/** The token of a slot while it lives. */
export function livingToken({ token }: Slot, now: number): HeldToken | undefined {
  return token !== undefined && now < token.expiresAt ? token : undefined;
}

/** Zeroes the bytes of the token that a slot has. */
export function dropToken(slot: Slot): void {
  slot.token?.password.fill(0);
  slot.token = undefined;
}

/** The token of a mint. An emulator may answer with an expiry in the past: such a token is handed out, and not kept. */
export function keepToken(slot: Slot, token: Token, now: number, jitter: number): void {
  slot.mints += 1;
  slot.failure = undefined;
  // A renewed token goes on with the use of the one before; a dead one's is over.
  if (livingToken(slot, now) === undefined) {
    slot.hostnames.clear();
    slot.served = 0;
  }
  if (!(token.expiresAt > now)) return;
  dropToken(slot);
  const { username, expiresAt } = token;
  const password = Buffer.from(token.password);
  slot.token = { username, password, mintedAt: now, expiresAt, jitter, failures: 0, retryAt: 0 };
}

/** Callers ask again at once after a failure: BuildKit thrice for one pull. */
const MOMENT_MS = 3_000;

/** Only what AWS, the network or an administrator decides answers for a moment: a caller may have fixed the rest meanwhile. */
export function rememberFailure(slot: Slot, error: unknown, now: number): void {
  const lasts = error instanceof XacctError && error.kind.fixedBy === 'other';
  slot.failure = { error, text: errorText(error), at: now, until: lasts ? now + MOMENT_MS : 0 };
}

/** Whether the token is handed out without another mint. */
export function isFresh(token: HeldToken, policy: TokenPolicy, now: number): boolean {
  if (now < refreshAt(token, policy)) return true;
  return now < token.retryAt && now < deadAt(token, policy);
}

/** A caller of this time is likely to pull again; a laptop that only sits there mints nothing. */
const LATELY_MS = 2 * 3_600_000;

/** Whether it is time to renew the token in the background. */
export function isDueAhead(slot: Slot, now: number): boolean {
  const token = livingToken(slot, now);
  if (token === undefined || slot.flight !== undefined || now - slot.lastServed > LATELY_MS) return false;
  return now >= refreshAheadAt(token, slot.policy, token.jitter) && now >= token.retryAt;
}

/** After a failed renewal the old token is handed out at once for this long, rather than after another failure. */
const RETRY_AFTER_MS = 60_000;
/** It doubles with each failure, up to this. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** The old token serves on meanwhile, and longer where it fails. `random` is from 0 to 1. */
export function renewLater(token: HeldToken, clock: Clock, random: () => number): void {
  token.failures += 1;
  const wait = Math.min(RETRY_AFTER_MS * 2 ** (token.failures - 1), MAX_RETRY_AFTER_MS);
  token.retryAt = clock() + wait * (1 + random() / 2);
}
