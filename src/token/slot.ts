// One slot: all that is known of a key, whether it has a token now or not.
import { elapsed, type Moment } from '../clock.ts';
import { XacctError } from '../errors.ts';
import type { Token } from '../questions.ts';
import {
  ageOf,
  deadAge,
  type Lifetime,
  leftOf,
  refreshAge,
  refreshAheadAge,
  type TokenPolicy,
} from './lifetime.ts';

/** What a token is, for people to read: no secret is in it. */
export interface TokenDescription {
  /** As in `profile dev`. */
  identity: string;
  region: string;
}

/**
 * Mints with no caller that waits for it; undefined where what the identity was resolved from has changed meanwhile, `later` where
 * that is being read.
 */
export type Renew = () => Promise<Token> | 'later' | undefined;

export interface Slot {
  about: TokenDescription;
  /** Those that the token was handed out for; without a token, those that it failed for. */
  hostnames: Set<string>;
  /** Those that wait for the mint under way. */
  waiting: Set<string>;
  token: HeldToken | undefined;
  /** The mint under way; another one takes its place where it is replaced. */
  flight: Promise<Token> | undefined;
  /** Of the last mint, where it failed. */
  failure: Failure | undefined;
  mints: number;
  served: number;
  /** Undefined before it is handed out. */
  lastServed: Moment | undefined;
  /** Of the last caller. */
  policy: TokenPolicy;
  renew: Renew | undefined;
}

export interface Failure {
  error: unknown;
  at: Moment;
  /** Who has AWS asked again within a moment: none, those who have heard of it, all. */
  again: 'none' | 'told' | 'all';
  /** Hostnames that it was the answer for. */
  told: Set<string>;
}

export interface HeldToken extends Lifetime {
  username: string;
  /** Epoch ms by AWS's clock. */
  expiresAt: number;
  /** A buffer, not a string: it can be zeroed. */
  password: Buffer;
  /** From 0 to 1: how far ahead of its time it is renewed. */
  jitter: number;
  /** Renewals that failed, one after another. */
  failures: number;
  /** Its age, in ms, before which a failed renewal is not tried again. */
  retryAge: number;
}

export function createSlot(about: TokenDescription, policy: TokenPolicy): Slot {
  return {
    ...{ about, policy, hostnames: new Set(), waiting: new Set(), mints: 0, served: 0 },
    ...{ lastServed: undefined, token: undefined, flight: undefined, failure: undefined, renew: undefined },
  };
}

/** The token of a slot while it lives. */
export function livingToken({ token }: Slot, now: Moment): HeldToken | undefined {
  return token !== undefined && leftOf(token, now) > 0 ? token : undefined;
}

/** Zeroes the bytes of the token that a slot has. */
export function dropToken(slot: Slot): void {
  slot.token?.password.fill(0);
  slot.token = undefined;
}

/** The token of a mint. An emulator may answer with an expiry in the past: such a token is handed out, and not kept. */
export function keepToken(slot: Slot, token: Token, now: Moment, jitter: number): void {
  slot.mints += 1;
  slot.failure = undefined;
  // A renewed token goes on with the use of the one before; a dead one's is over.
  if (livingToken(slot, now) === undefined) {
    slot.hostnames.clear();
    slot.served = 0;
  }
  const { username, expiresAt } = token;
  const lifeMs = expiresAt - token.awsNow;
  if (!(lifeMs > 0)) {
    // Nor is another like it asked for at each look ahead.
    if (slot.token !== undefined) renewLater(slot.token, now, jitter);
    return;
  }
  dropToken(slot);
  const password = Buffer.from(token.password);
  slot.token = { username, password, expiresAt, arrived: now, lifeMs, jitter, failures: 0, retryAge: 0 };
}

/** Callers ask again at once after a failure: BuildKit thrice for one pull. */
const MOMENT_MS = 3_000;

/** For a moment, a failure may answer in place of another mint. */
export function rememberFailure(slot: Slot, error: unknown, now: Moment): void {
  slot.failure = { error, at: now, again: whoAsksAgain(error), told: new Set() };
}

/**
 * What AWS, the network or an administrator decides is no other a moment later. Of an identity, a caller may have fixed the rest:
 * then it asks for the same hostname again. A build that goes through all registries asks for each once.
 */
function whoAsksAgain(error: unknown): Failure['again'] {
  if (!(error instanceof XacctError)) return 'all';
  const { fixedBy, of } = error.kind;
  if (fixedBy === 'other') return 'none';
  return of === 'identity' ? 'told' : 'all';
}

/** The failure that answers for the hostname in place of another mint. */
export function lastingFailure(
  { failure }: Slot,
  hostname: string,
  now: Moment,
): { error: unknown } | undefined {
  if (failure === undefined || elapsed(failure.at, now) >= MOMENT_MS) return undefined;
  const { again, told } = failure;
  return again === 'all' || (again === 'told' && told.has(hostname)) ? undefined : failure;
}

/** Whether the token is handed out without another mint. */
export function isFresh(token: HeldToken, policy: TokenPolicy, now: Moment): boolean {
  const age = ageOf(token, now);
  return age < refreshAge(token, policy) || (age < token.retryAge && age < deadAge(token, policy));
}

/** A caller of this time is likely to pull again; a laptop that only sits there mints nothing. */
const LATELY_MS = 2 * 3_600_000;

/** Whether it is time to renew the token in the background. */
export function isDueAhead(slot: Slot, now: Moment): boolean {
  const token = livingToken(slot, now);
  if (token === undefined || slot.flight !== undefined || slot.lastServed === undefined) return false;
  if (elapsed(slot.lastServed, now) > LATELY_MS) return false;
  return ageOf(token, now) >= Math.max(refreshAheadAge(token, slot.policy, token.jitter), token.retryAge);
}

/** After a failed renewal the old token is handed out at once for this long, rather than after another failure. */
const RETRY_AFTER_MS = 60_000;
/** It doubles with each failure, up to this. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** The old token serves on meanwhile, and longer where it fails. `jitter` is from 0 to 1. */
export function renewLater(token: HeldToken, now: Moment, jitter: number): void {
  token.failures += 1;
  const wait = Math.min(RETRY_AFTER_MS * 2 ** (token.failures - 1), MAX_RETRY_AFTER_MS);
  token.retryAge = ageOf(token, now) + wait * (1 + jitter / 2);
}
