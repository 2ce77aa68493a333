// How long an ECR authorization token may be handed out: in ages, counted from its arrival.
import { elapsed, type Moment } from '../clock.ts';
import type { Token } from '../questions.ts';

/** How long tokens are used; from the config of the caller. Milliseconds. */
export interface TokenPolicy {
  refreshMargin: number;
  maxTokenAge: number;
}

/** A token that lives shorter than ten margins is renewed in the last tenth of its life. */
const MARGIN_SHARE = 0.1;

/** AWS's clock says how long something lives; from then on ours count, so it does not matter how they are set. */
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

/** What is left of its life. Milliseconds; none where it is not above 0. */
export function leftOf(lifetime: Lifetime, now: Moment): number {
  return lifetime.lifeMs - ageOf(lifetime, now);
}

/** The age from which a token is never handed out: ECR's expiry, or earlier where the user says so. */
export function deadAge({ lifeMs }: Life, { maxTokenAge }: TokenPolicy): number {
  return Math.min(lifeMs, maxTokenAge);
}

/** The age from which a new one is tried for first. */
export function refreshAge(lifetime: Life, policy: TokenPolicy): number {
  return deadAge(lifetime, policy) - margin(lifetime, policy);
}

/**
 * The age from which a new one is tried for in the background: up to another margin earlier. `jitter`, from 0 to 1, keeps the
 * tokens of one morning, or of a thousand laptops, from being renewed at one moment.
 */
export function refreshAheadAge(lifetime: Lifetime, policy: TokenPolicy, jitter: number): number {
  return refreshAge(lifetime, policy) - jitter * margin(lifetime, policy);
}

/** How long it is, in ms, until a new one is tried for; none where it is time to. `age`: of a token as it is handed over. */
export function renewedIn({ expiresAt, awsNow, age = 0 }: Token, policy: TokenPolicy): number {
  return Math.max(0, refreshAge({ lifeMs: expiresAt - awsNow + age }, policy) - age);
}

function margin(lifetime: Life, policy: TokenPolicy): number {
  return Math.min(policy.refreshMargin, deadAge(lifetime, policy) * MARGIN_SHARE);
}
