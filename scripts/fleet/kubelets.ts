// When the kubelet runs a plugin again after a failure.

/**
 * pkg/kubelet of Kubernetes 1.37: backOffPeriod, workerBackOffPeriodJitterFactor, imageBackOffPeriod, MaxImageBackOff.
 */
const SYNC_MS = 10_000;
const SYNC_JITTER = 0.5;
const IMAGE_BACK_OFF_MS = 10_000;
const MAX_IMAGE_BACK_OFF_MS = 300_000;

/** From the failure to the next run, in milliseconds. `failures` of the image, from 1. */
export type Kubelet = (failures: number, random: () => number) => number;

function untilNextSync(random: () => number): number {
  return SYNC_MS * (1 + SYNC_JITTER * random());
}

/** Asks for credentials before it checks the image's back-off: at each sync of the pod. */
export const asksAtEachSync: Kubelet = (_failures, random) => untilNextSync(random);

/** As before KEP-2535: checks the image's back-off first. Until its end, syncs ask for no credentials. */
export const backsOffFirst: Kubelet = (failures, random) => {
  const backOff = Math.min(IMAGE_BACK_OFF_MS * 2 ** (failures - 1), MAX_IMAGE_BACK_OFF_MS);
  let waited = untilNextSync(random);
  while (waited < backOff) waited += untilNextSync(random);
  return waited;
};
