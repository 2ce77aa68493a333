// How long the plugin waits if AWS throttles it: this alone decides how a fleet behaves when all nodes ask at once.

/** The kubelet kills a plugin after a minute. Ours ends before that, with a message that says why. Milliseconds. */
export const PLUGIN_DEADLINE = 45_000;

/** The longest wait, and its maximum random share; chosen with `npm run fleet`. Milliseconds. */
const LONGEST_MS = 15_000;
const RANDOM_SHARE = 1 / 2;
/** The time that the last call may take, with the start of its process. Milliseconds. */
const LAST_CALL_MS = 3_000;

/**
 * The wait from a throttled answer to the next call; undefined if the run is over. `elapsed` is the time since the run
 * began. Milliseconds; `random` returns 0 to 1. The wait does not grow: the run ends before that would save calls, and
 * the kubelet's next run starts fresh. The wait is never short: when a fleet starts, the next second is as busy as this
 * one. The last call is at the deadline: a run that fails earlier would only be started again.
 */
export function retryDelay(elapsed: number, random: () => number): number | undefined {
  const left = PLUGIN_DEADLINE - LAST_CALL_MS - elapsed;
  if (left <= 0) return undefined;
  return Math.min(LONGEST_MS * (1 - RANDOM_SHARE * random()), left);
}
