// What a row of the table is made by.
import type { Row } from './report.ts';
import type { Stage } from './stage.ts';

export interface Measurement {
  /** For --only. */
  readonly name: string;
  /** Whether the way to AWS matters to it; else it is measured once. */
  readonly perRoundTrip: boolean;
  /** Not in a quick run: it waits for a minute. */
  readonly slow?: boolean;
  /** `rtt`: milliseconds. */
  measure(stage: Stage, rtt: number): Promise<Row>;
}

/** Rounds of a row that costs so many times as much as the cheapest; not fewer than `least`. */
export function roundsFor({ options }: Stage, cost: number, least: number): number {
  return Math.max(least, Math.round(options.rounds / cost));
}
