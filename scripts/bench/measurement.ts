// The interface of a row of the table.
import type { Row } from './report.ts';
import type { Stage } from './stage.ts';

export interface Measurement {
  /** The name for --only. */
  readonly name: string;
  /** Whether the result depends on the round trip to AWS. If not, the row is measured once. */
  readonly perRoundTrip: boolean;
  /** Left out of a quick run, because it waits for minutes. */
  readonly slow?: boolean;
  /** `rtt`: the round trip to AWS, in milliseconds. */
  measure(stage: Stage, rtt: number): Promise<Row>;
}

/** The rounds of a row, at least `least`. `cost`: the cost of a round as a multiple of the cheapest row's. */
export function roundsFor({ options }: Stage, cost: number, least: number): number {
  return Math.max(least, Math.round(options.rounds / cost));
}
