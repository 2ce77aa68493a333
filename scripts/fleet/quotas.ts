// AWS quotas: a token bucket for each account, whose capacity is one second's rate.

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html: GetAuthorizationToken, by account and region. */
export const ECR_PER_SECOND = 500;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: AssumeRole and others, of the account that calls. */
export const STS_PER_SECOND = 600;

export interface Quotas {
  /** @returns whether the call passes. A service that is down fails all calls, and throttles none. */
  take(account: number, now: number, isOut: boolean): boolean;
  /** Since the last reading; `peak` is for the busiest second of the busiest account. */
  count(): { accounts: number; calls: number; throttled: number; peak: number };
}

export function createQuotas(accounts: number, perSecond: number): Quotas {
  const left = new Float64Array(accounts).fill(perSecond);
  const filled = new Float64Array(accounts);
  // In the second of the account's last call.
  const second = new Int32Array(accounts);
  const inSecond = new Int32Array(accounts);
  let [calls, throttled, peak] = [0, 0, 0];

  function take(account: number, now: number, isOut: boolean): boolean {
    const gained = ((now - (filled[account] ?? 0)) * perSecond) / 1_000;
    const tokens = Math.min(perSecond, (left[account] ?? 0) + gained);
    const isLet = tokens >= 1 && !isOut;
    left[account] = isLet ? tokens - 1 : tokens;
    filled[account] = now;
    calls += 1;
    if (!isLet && !isOut) throttled += 1;
    const thisSecond = Math.floor(now / 1_000);
    const called = second[account] === thisSecond ? (inSecond[account] ?? 0) + 1 : 1;
    [second[account], inSecond[account]] = [thisSecond, called];
    peak = Math.max(peak, called);
    return isLet;
  }

  function count() {
    const counted = { accounts, calls, throttled, peak };
    [calls, throttled, peak] = [0, 0, 0];
    return counted;
  }

  return { take, count };
}
