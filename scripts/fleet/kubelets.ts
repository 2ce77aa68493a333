// When the kubelet runs a plugin again that failed.

/** pkg/kubelet of Kubernetes 1.37: backOffPeriod, workerBackOffPeriodJitterFactor, imageBackOffPeriod, MaxImageBackOff. */
const SYNC_MS = 10_000;
const SYNC_JITTER = 0.5;
const IMAGE_BACK_OFF_MS = 10_000;
const MAX_IMAGE_BACK_OFF_MS = 300_000;

/** From the failure to the next run, in milliseconds; `failures` counts those of the image, from 1. */
export type Kubelet = (failures: number, random: () => number) => number;

function untilNextSync(random: () => number): number {
  return SYNC_MS * (1 + SYNC_JITTER * random());
}

/** It looks for credentials before it looks at the back-off of the image: at each sync of the pod. */
export const asksAtEachSync: Kubelet = (_failures, random) => untilNextSync(random);

/** It backs off first, as it did before KEP-2535: a sync within the back-off of the image asks for no credentials. */
export const backsOffFirst: Kubelet = (failures, random) => {
  const backOff = Math.min(IMAGE_BACK_OFF_MS * 2 ** (failures - 1), MAX_IMAGE_BACK_OFF_MS);
  let waited = untilNextSync(random);
  while (waited < backOff) waited += untilNextSync(random);
  return waited;
};
