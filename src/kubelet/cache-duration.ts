// How long the kubelet may keep a token before it runs the plugin again.

/** A token with less life than this is for the pull at hand alone. Milliseconds. */
const DYING_MS = 60_000;

/** The most of a half that chance takes away: it spreads what a restart of the whole fleet has brought together. */
const RANDOM_SHARE = 1 / 4;

/**
 * Half of the remaining life less a random part, in whole seconds: the kubelet keeps no token into its last hours, and the nodes
 * of a fleet that started together do not ask together again. Milliseconds to milliseconds; `random` gives 0 to 1; 0 is "do not
 * cache".
 */
export function cacheDuration(lifeLeft: number, random: () => number): number {
  if (!(lifeLeft >= DYING_MS)) return 0;
  const duration = (lifeLeft / 2) * (1 - RANDOM_SHARE * random());
  return Math.floor(duration / 1_000) * 1_000;
}

/** As Kubernetes' `metav1.Duration` reads and writes it, which is Go's `time.Duration`: `5h30m0s`. */
export function kubernetesDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const ofMinutes = seconds >= 60 ? `${minutes}m` : '';
  return `${hours > 0 ? `${hours}h` : ''}${ofMinutes}${seconds % 60}s`;
}
