// How long the kubelet may keep a token before it runs the plugin again.

/** A token with less life than this is for the present pull only. Milliseconds. */
const DYING_MS = 60_000;

/** The maximum random share of the half: it spreads the nodes again after a restart of the whole fleet. */
const RANDOM_SHARE = 1 / 4;

/**
 * Half of the remaining life less a random part, in whole seconds. So the kubelet uses no token in its last hours, and
 * the nodes of a fleet that started together do not ask together again. Milliseconds; `random` returns 0 to 1; the
 * result 0 means "do not cache".
 */
export function cacheDuration(lifeLeft: number, random: () => number): number {
  if (!(lifeLeft >= DYING_MS)) return 0;
  const duration = (lifeLeft / 2) * (1 - RANDOM_SHARE * random());
  return Math.floor(duration / 1_000) * 1_000;
}

/** The format of Kubernetes' `metav1.Duration`, which is Go's `time.Duration`: `5h30m0s`. */
export function kubernetesDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const ofMinutes = seconds >= 60 ? `${minutes}m` : '';
  return `${hours > 0 ? `${hours}h` : ''}${ofMinutes}${seconds % 60}s`;
}
