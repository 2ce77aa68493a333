// The plugins' behaviour: ours runs its own code, Amazon's is written here by its documented rule.
import { cacheDuration } from '../../src/kubelet/cache-duration.ts';
import { retryDelay } from '../../src/kubelet/retry-delay.ts';

export interface Refusal {
  /** Failed calls of one operation in this run, from 1. */
  ofOperation: number;
  /** Time since the start of the run, in milliseconds. */
  elapsed: number;
}

export interface Plugin {
  name: string;
  /** Milliseconds from a failed call to the next; undefined if the run fails now. */
  waitAfter(refusal: Refusal, random: () => number): number | undefined;
  /**
   * Whether each attempt assumes the role again. Ours does, because each attempt is a new process. The SDK for Go keeps
   * the session for a run.
   */
  assumesAnew: boolean;
  /** Milliseconds. */
  cacheDuration(lifeLeft: number, random: () => number): number;
}

export const ours: Plugin = {
  name: 'ecr-xacct',
  waitAfter: ({ elapsed }, random) => retryDelay(elapsed, random),
  assumesAnew: true,
  cacheDuration,
};

/** The mean replaces each random wait, so the number of calls is about the same. */
export const oursWithoutJitter: Plugin = {
  name: 'ecr-xacct without jitter',
  waitAfter: ({ elapsed }) => retryDelay(elapsed, () => 0.5),
  assumesAnew: true,
  cacheDuration: (lifeLeft) => cacheDuration(lifeLeft, () => 0.5),
};

/**
 * cmd/ecr-credential-provider/main.go of kubernetes/cloud-provider-aws keeps a token for half of its remaining
 * lifetime. The AWS SDK for Go tries each operation three times, and waits up to 2, then up to 4 seconds (aws/retry of
 * aws-sdk-go-v2 1.41).
 */
export const ecrCredentialProvider: Plugin = {
  name: 'ecr-credential-provider',
  waitAfter: ({ ofOperation }, random) =>
    ofOperation >= 3 ? undefined : Math.min(20_000, random() * 2 ** ofOperation * 1_000),
  assumesAnew: false,
  cacheDuration: (lifeLeft) => Math.floor(lifeLeft / 2_000) * 1_000,
};
