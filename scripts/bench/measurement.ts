// The interface of a row of the table.
import type { Row } from './report.ts';
import type { Stage } from './stage.ts';

export interface Measurement {
  /** The name for --only. */
  readonly name: string;
  /** Whether the distance of AWS matters to it; if not, it is measured once. */
  readonly perRoundTrip: boolean;
  /** Left out of a quick run: it waits for a minute. */
  readonly slow?: boolean;
  /** `rtt`: milliseconds. */
  measure(stage: Stage, rtt: number): Promise<Row>;
}

/** The rounds of a row that costs so many times as much as the cheapest; at least `least`. */
export function roundsFor({ options }: Stage, cost: number, least: number): number {
  return Math.max(least, Math.round(options.rounds / cost));
}
