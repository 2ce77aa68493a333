// The public state of a slot: never a secret, and times by this machine's clock as it is set now.
import { elapsed, type Moment, wallTime } from '../clock.ts';
import { errorText, printable, XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';
import { leftOf } from './lifetime.ts';
import { type Failure, livingToken, type Slot, type TokenDescription } from './slot.ts';

export interface MintError {
  /** One line: what failed. */
  text: string;
  /** What fixes it. */
  hint?: Hint;
  /** Epoch ms of this machine's clock as it is set now. */
  at: number;
}

/** A token in memory, without its secret. */
export interface TokenStatus extends TokenDescription {
  /** Epoch ms of this machine's clock as it is set now. */
  mintedAt: number;
  /** Epoch ms by AWS's clock. */
  expiresAt: number;
  /** What is left of its life, however this machine's clock is set. Milliseconds. */
  leftMs: number;
  /** Hostnames it was handed out for. */
  hostnames: readonly string[];
  /** How often it and the tokens that it renewed were handed out. */
  served: number;
  /** Epoch ms of this machine's clock as it is set now. */
  lastServed: number;
  /** How often it was minted, renewals included. */
  mints: number;
  /** Present if the last renewal failed. */
  lastError?: MintError;
}

/** A key that has no token, because its mint failed. */
export interface MintFailure extends TokenDescription, MintError {
  hostnames: readonly string[];
}

/** Undefined if there is no living token. */
export function tokenStatus(slot: Slot, now: Moment): TokenStatus | undefined {
  const token = livingToken(slot, now);
  if (token === undefined) return undefined;
  const lastError = slot.failure && shownFailure(slot.failure, now);
  return {
    ...slot.about,
    hostnames: [...slot.hostnames],
    mintedAt: wallTime(token.arrived, now),
    expiresAt: token.expiresAt,
    leftMs: leftOf(token, now),
    served: slot.served,
    lastServed: wallTime(slot.lastServed ?? token.arrived, now),
    mints: slot.mints,
    ...(lastError && { lastError }),
  };
}

/** A failure without a token is shown for this long. */
const FAILURE_LIFE_MS = 3_600_000;

/** Undefined if the last mint did not fail, or failed long ago, or there is a token. */
export function mintFailure(slot: Slot, now: Moment): MintFailure | undefined {
  const { about, hostnames, failure } = slot;
  if (failure === undefined || elapsed(failure.at, now) >= FAILURE_LIFE_MS) return undefined;
  if (livingToken(slot, now) !== undefined) return undefined;
  return { ...about, hostnames: [...hostnames], ...shownFailure(failure, now) };
}

function shownFailure({ error, at }: Failure, now: Moment): MintError {
  const when = { at: wallTime(at, now) };
  if (!(error instanceof XacctError)) return { text: errorText(error), ...when };
  const { message, hint } = error.withTexts(printable);
  return { text: message, ...(hint && { hint }), ...when };
}
