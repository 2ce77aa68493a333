// The phases that a fleet goes through, and the figures of each.
import { HOUR, MINUTE, SECOND } from './fleet.ts';
import type { Quotas } from './quotas.ts';

export interface Phase {
  name: 'start' | 'steady' | 'restart' | 'outage' | 'after';
  at: number;
  /** Whether the nodes start here, with nothing in memory. */
  starts: boolean;
}

/** STS is out from the second restart on. */
export const OUTAGE_MS = 10 * MINUTE;

export const END = 37 * HOUR;
export const PHASES: readonly Phase[] = [
  { name: 'start', at: 0, starts: true },
  { name: 'steady', at: HOUR, starts: false },
  { name: 'restart', at: 24 * HOUR, starts: true },
  { name: 'after', at: 25 * HOUR, starts: false },
  { name: 'outage', at: 36 * HOUR, starts: true },
];

/** What comes of one phase. */
export interface Figures {
  /** Tokens that ECR gave. */
  tokens: number;
  /** Of both operations. */
  calls: number;
  throttled: number;
  failedRuns: number;
  /** Calls of the busiest second of the busiest account, whichever operation. */
  peak: number;
  /** Calls in a second of one account, whichever operation has more: until all had a token, or through the phase. */
  mean: number;
  /** Until the last of the registries of all nodes had a token, from the phase's begin; undefined where some had none. */
  allAfter: number | undefined;
}

/** Counts what happens between one phase and the next. */
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

  /** A registry of a node has a token. */
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
