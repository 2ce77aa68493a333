// The phases of a fleet, and the figures of each.
import { HOUR, MINUTE, SECOND } from './fleet.ts';
import type { Quotas } from './quotas.ts';

export interface Phase {
  name: 'start' | 'steady' | 'restart' | 'outage' | 'after';
  at: number;
  /** Whether the nodes start in it, with nothing in memory. */
  starts: boolean;
}

/** From the second restart on, STS is down. */
export const OUTAGE_MS = 10 * MINUTE;

export const END = 37 * HOUR;
export const PHASES: readonly Phase[] = [
  { name: 'start', at: 0, starts: true },
  { name: 'steady', at: HOUR, starts: false },
  { name: 'restart', at: 24 * HOUR, starts: true },
  { name: 'after', at: 25 * HOUR, starts: false },
  { name: 'outage', at: 36 * HOUR, starts: true },
];

/** The results of one phase. */
export interface Figures {
  /** Tokens from ECR. */
  tokens: number;
  /** Calls of both operations. */
  calls: number;
  throttled: number;
  failedRuns: number;
  /** Calls in the busiest second of the busiest account, of either operation. */
  peak: number;
  /** Mean calls in a second of one account, of the operation with more: until all had a token, or through the phase. */
  mean: number;
  /** Time from the start of the phase until every registry of every node had a token; undefined if some had none. */
  allAfter: number | undefined;
}

/** Counts the events of a phase. */
export function createTally(slots: number, quotas: readonly Quotas[]) {
  const awaits = new Uint8Array(slots);
  let [since, awaited, lastAt, tokens, failedRuns] = [0, 0, 0, 0, 0];

  function open(at: number, starts: boolean): void {
    [since, lastAt, tokens, failedRuns] = [at, at, 0, 0];
    for (const quota of quotas) quota.count();
    if (!starts) return;
    awaits.fill(1);
    awaited = slots;
  }

  function close(at: number): Figures {
    const counted = quotas.map((quota) => quota.count());
    const sum = (figure: 'calls' | 'throttled') => counted.reduce((all, one) => all + one[figure], 0);
    const allAfter = awaited === 0 && lastAt > since ? lastAt - since : undefined;
    const peak = Math.max(...counted.map((one) => one.peak));
    const seconds = (allAfter ?? at - since) / SECOND;
    const mean = Math.max(...counted.map((one) => one.calls / one.accounts / seconds));
    return { tokens, failedRuns, peak, mean, allAfter, calls: sum('calls'), throttled: sum('throttled') };
  }

  /** A registry of a node gets a token. */
  function answered(slot: number, now: number): void {
    if (awaits[slot] === 0) return;
    awaits[slot] = 0;
    awaited -= 1;
    lastAt = now;
  }

  const minted = () => {
    tokens += 1;
  };
  const failed = () => {
    failedRuns += 1;
  };
  return { open, close, answered, minted, failed };
}

export type Tally = ReturnType<typeof createTally>;
