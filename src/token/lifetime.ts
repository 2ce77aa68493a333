// An ECR authorization token, and when it may still be handed out.

/** How long tokens are used; from the config of whoever asks. Milliseconds. */
export interface TokenPolicy {
  refreshMargin: number;
  maxTokenAge: number;
}

/** A clock: epoch milliseconds. Wall time, because a token expires while a laptop sleeps. */
export type Clock = () => number;

/** A token that lives shorter than ten margins is renewed in the last tenth of its life. */
const MARGIN_SHARE = 0.1;

export interface Lifetime {
  mintedAt: number;
  expiresAt: number;
}

/** The moment after which a token is never handed out: ECR's expiry, or earlier where the user says so. Epoch ms. */
export function deadAt({ mintedAt, expiresAt }: Lifetime, { maxTokenAge }: TokenPolicy): number {
  return Math.min(expiresAt, mintedAt + maxTokenAge);
}

/** The moment from which a new one is tried for first. Epoch ms. */
export function refreshAt(lifetime: Lifetime, policy: TokenPolicy): number {
  return deadAt(lifetime, policy) - margin(lifetime, policy);
}

/**
 * The moment from which a new one is tried for in the background: up to another margin earlier. `jitter`, from 0 to 1, keeps
 * the tokens of one morning, or of a thousand laptops, from being renewed at one moment. Epoch ms.
 */
export function refreshAheadAt(lifetime: Lifetime, policy: TokenPolicy, jitter: number): number {
  return refreshAt(lifetime, policy) - jitter * margin(lifetime, policy);
}

function margin(lifetime: Lifetime, policy: TokenPolicy): number {
  return Math.min(policy.refreshMargin, (deadAt(lifetime, policy) - lifetime.mintedAt) * MARGIN_SHARE);
}
