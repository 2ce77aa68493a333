// The verdict of a case: whether the two programs used the same identity.
import type { Observation } from './observation.ts';

export type Verdict = 'same' | 'other identity' | 'only ours fails' | 'only aws fails';

/** In the order of a report. */
export const VERDICTS: readonly Verdict[] = ['same', 'other identity', 'only ours fails', 'only aws fails'];

/** Two failures are equal: other tests check the messages. */
export function compare(aws: Observation, ours: Observation): Verdict {
  if (aws.succeeded !== ours.succeeded) return ours.succeeded ? 'only aws fails' : 'only ours fails';
  if (!aws.succeeded) return 'same';
  return identityOf(aws) === identityOf(ours) ? 'same' : 'other identity';
}

function identityOf({ calls, left }: Observation): string {
  return JSON.stringify({ calls, left: Object.entries(left).toSorted() });
}
