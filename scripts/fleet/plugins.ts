// What the plugins do: ours by its own code, Amazon's by its rule.
import { cacheDuration } from '../../src/kubelet/cache-duration.ts';
import { retryDelay } from '../../src/kubelet/retry-delay.ts';

export interface Refusal {
  /** Refused calls of one operation in this run; from 1. */
  ofOperation: number;
  /** Of the run, in milliseconds. */
  elapsed: number;
}

export interface Plugin {
  name: string;
  /** From a refused call to the next, in milliseconds; undefined where the run fails now. */
  waitAfter(refusal: Refusal, random: () => number): number | undefined;
  /** Whether a role is assumed anew for each call: each of ours is a process of its own. The SDK for Go keeps the session for a run. */
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

/** Each chance is its mean, so the calls are as many. */
export const oursWithoutJitter: Plugin = {
  name: 'ecr-xacct without jitter',
  waitAfter: ({ elapsed }) => retryDelay(elapsed, () => 0.5),
  assumesAnew: true,
  cacheDuration: (lifeLeft) => cacheDuration(lifeLeft, () => 0.5),
};

/**
 * cmd/ecr-credential-provider/main.go of kubernetes/cloud-provider-aws keeps a token for half of its remaining life; the AWS SDK for Go
 * calls each operation thrice and waits up to 2, then up to 4 seconds (aws/retry of aws-sdk-go-v2 1.41).
 */
export const ecrCredentialProvider: Plugin = {
  name: 'ecr-credential-provider',
  waitAfter: ({ ofOperation }, random) =>
    ofOperation >= 3 ? undefined : Math.min(20_000, random() * 2 ** ofOperation * 1_000),
  assumesAnew: false,
  cacheDuration: (lifeLeft) => Math.floor(lifeLeft / 2_000) * 1_000,
};
