// One slot: everything known of a key, with or without a token.
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

/** Describes a token for people, without its secret. */
export interface TokenDescription {
  /** As in `profile dev`. */
  identity: string;
  region: string;
}

/**
 * Mints although no caller waits for it. Undefined if the identity now resolves from something else; `later` if its
 * files are still being read.
 */
export type Renew = () => Promise<Token> | 'later' | undefined;

export interface Slot {
  about: TokenDescription;
  /** The hostnames that the token was handed out for; without a token, those that it failed for. */
  hostnames: Set<string>;
  /** The hostnames that wait for the mint under way. */
  waiting: Set<string>;
  token: HeldToken | undefined;
  /** The mint under way. A fresh mint replaces it. */
  flight: Promise<Token> | undefined;
  /** The failure of the last mint, if it failed. */
  failure: Failure | undefined;
  mints: number;
  served: number;
  /** Undefined before it is handed out. */
  lastServed: Moment | undefined;
  /** The last caller's. */
  policy: TokenPolicy;
  renew: Renew | undefined;
}

export interface Failure {
  error: unknown;
  at: Moment;
  /** Within a moment, whose next request asks AWS: none, that of hostnames in `told`, or all. */
  again: 'none' | 'told' | 'all';
  /** Hostnames that got this failure as an answer. */
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
  /** The number of consecutive failed renewals. */
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

/** Zeroes the bytes of the slot's token. */
export function dropToken(slot: Slot): void {
  slot.token?.password.fill(0);
  slot.token = undefined;
}

/**
 * Keeps the token of a mint. An emulator may answer with an expiry in the past: such a token is handed out, but not
 * kept.
 */
export function keepToken(slot: Slot, token: Token, now: Moment, jitter: number): void {
  slot.mints += 1;
  slot.failure = undefined;
  // A renewed token continues the counts of the one before; those of an expired one are reset.
  if (livingToken(slot, now) === undefined) {
    slot.hostnames.clear();
    slot.served = 0;
  }
  const { username, expiresAt } = token;
  const lifeMs = expiresAt - token.awsNow;
  if (!(lifeMs > 0)) {
    // Also delays the next renewal, which would get such a token again.
    if (slot.token !== undefined) renewLater(slot.token, now, jitter);
    return;
  }
  dropToken(slot);
  const password = Buffer.from(token.password);
  slot.token = { username, password, expiresAt, arrived: now, lifeMs, jitter, failures: 0, retryAge: 0 };
}

/** Callers ask again at once after a failure: BuildKit three times for one pull. */
const MOMENT_MS = 3_000;

/** For a moment, the failure may answer instead of another mint. */
export function rememberFailure(slot: Slot, error: unknown, now: Moment): void {
  slot.failure = { error, at: now, again: whoAsksAgain(error), told: new Set() };
}

/**
 * A failure of AWS, the network or an administrator's decision is the same a moment later. A caller may have fixed the
 * failure of an identity, and then asks for the same hostname again. A build asks for each hostname only once.
 */
function whoAsksAgain(error: unknown): Failure['again'] {
  if (!(error instanceof XacctError)) return 'all';
  const { fixedBy, of } = error.kind;
  if (fixedBy === 'other') return 'none';
  return of === 'identity' ? 'told' : 'all';
}

/** The failure that answers for the hostname instead of another mint. */
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

/** A caller within this time is likely to pull again; an idle laptop mints nothing. */
const LATELY_MS = 2 * 3_600_000;

/** Whether it is time to renew the token in the background. */
export function isDueAhead(slot: Slot, now: Moment): boolean {
  const token = livingToken(slot, now);
  if (token === undefined || slot.flight !== undefined || slot.lastServed === undefined) return false;
  if (elapsed(slot.lastServed, now) > LATELY_MS) return false;
  return ageOf(token, now) >= Math.max(refreshAheadAge(token, slot.policy, token.jitter), token.retryAge);
}

/** After a failed renewal, the old token is handed out for this long without another attempt. */
const RETRY_AFTER_MS = 60_000;
/** The delay doubles with each failure, up to this. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** Delays the next renewal, longer after each failure; the old token is used until then. `jitter` is from 0 to 1. */
export function renewLater(token: HeldToken, now: Moment, jitter: number): void {
  token.failures += 1;
  const wait = Math.min(RETRY_AFTER_MS * 2 ** (token.failures - 1), MAX_RETRY_AFTER_MS);
  token.retryAge = ageOf(token, now) + wait * (1 + jitter / 2);
}
