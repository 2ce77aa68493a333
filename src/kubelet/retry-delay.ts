// How the plugin waits where AWS throttles it: the one place that the whole fleet's behaviour in a rush comes from.

/** The kubelet kills a plugin after a minute; ours ends by itself before, with a line that says why. Milliseconds. */
export const PLUGIN_DEADLINE = 45_000;

const BASE_MS = 4_000;
const CAP_MS = 20_000;

/**
 * From a throttled answer to the next call: any time, equally likely, within a window that doubles with each. `attempt` counts the
 * throttled answers of this run, from 1; `random` gives 0 to 1. Milliseconds.
 */
export function retryDelay(attempt: number, random: () => number): number {
  return Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1)) * random();
}
