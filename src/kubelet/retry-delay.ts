// How the plugin waits where AWS throttles it: the one place that the whole fleet's behaviour in a rush comes from.

/** The kubelet kills a plugin after a minute; ours ends by itself before, with a line that says why. Milliseconds. */
export const PLUGIN_DEADLINE = 45_000;

/** The longest wait, and the share of it that chance may take away; chosen by `npm run fleet`. Milliseconds. */
const LONGEST_MS = 15_000;
const RANDOM_SHARE = 1 / 2;
/** Time that the last call may take. Milliseconds. */
const LAST_CALL_MS = 500;

/**
 * From a throttled answer to the next call, where `elapsed` is the time since the run began; undefined where it is over. Milliseconds;
 * `random` gives 0 to 1. The wait does not grow: a run is over before that would spare calls, and the next run of the kubelet's knows
 * nothing of it. It is never short: where a fleet starts, the next second is as full as this one. The last call comes at the deadline:
 * a run that fails earlier is only begun again.
 */
export function retryDelay(elapsed: number, random: () => number): number | undefined {
  const left = PLUGIN_DEADLINE - LAST_CALL_MS - elapsed;
  if (left <= 0) return undefined;
  return Math.min(LONGEST_MS * (1 - RANDOM_SHARE * random()), left);
}
