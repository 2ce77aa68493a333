// How long an ECR authorization token may be handed out, as ages from its arrival.
import { elapsed, type Moment } from '../clock.ts';
import type { Token } from '../questions.ts';

/** How long tokens are used, from the caller's config. Milliseconds. */
export interface TokenPolicy {
  refreshMargin: number;
  maxTokenAge: number;
}

/** If a lifetime is shorter than ten margins, the margin is a tenth of it. */
const MARGIN_SHARE = 0.1;

/**
 * AWS's clock gives the duration. From the arrival on, our steady clock measures it, so a wrong clock does not matter.
 */
export interface Lifetime extends Life {
  arrived: Moment;
}

interface Life {
  /** From its arrival to its expiry. Milliseconds. */
  lifeMs: number;
}

/** Milliseconds from its arrival. */
export function ageOf({ arrived }: Lifetime, now: Moment): number {
  return elapsed(arrived, now);
}

/** What is left of its life, in milliseconds; 0 or less if it is expired. */
export function leftOf(lifetime: Lifetime, now: Moment): number {
  return lifetime.lifeMs - ageOf(lifetime, now);
}

/** From this age on, a token is never handed out: at ECR's expiry, or earlier if the config says so. */
export function deadAge({ lifeMs }: Life, { maxTokenAge }: TokenPolicy): number {
  return Math.min(lifeMs, maxTokenAge);
}

/** From this age on, a new token is requested first. */
export function refreshAge(lifetime: Life, policy: TokenPolicy): number {
  return deadAge(lifetime, policy) - margin(lifetime, policy);
}

/**
 * From this age on, a new token is requested in the background: up to another margin earlier. `jitter`, from 0 to 1,
 * spreads the renewals of the tokens of one morning, or of a thousand laptops.
 */
export function refreshAheadAge(lifetime: Lifetime, policy: TokenPolicy, jitter: number): number {
  return refreshAge(lifetime, policy) - jitter * margin(lifetime, policy);
}

/** Milliseconds until a new token is requested; 0 if it is time. `age`: the token's age as it is handed out. */
export function renewedIn({ expiresAt, awsNow, age = 0 }: Token, policy: TokenPolicy): number {
  return Math.max(0, refreshAge({ lifeMs: expiresAt - awsNow + age }, policy) - age);
}

function margin(lifetime: Life, policy: TokenPolicy): number {
  return Math.min(policy.refreshMargin, deadAge(lifetime, policy) * MARGIN_SHARE);
}
