// What a daemon answers to people's commands, as JSON: types only, for both ends.
import type { ClockGap } from '../aws-clock.ts';
import type { ErrorFields } from '../errors.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';
import type { MintFailure, TokenStatus } from '../token/slot-status.ts';

/** The answer to `status`, as JSON. Times are epoch milliseconds of this machine's clock as it is set now. */
export interface DaemonStatus {
  pid: number;
  version: string;
  startedAt: number;
  /** Present if AWS's clock and this machine's differ. */
  clockGap?: ClockGap | undefined;
  /** Bytes. */
  rss: number;
  tokens: TokenStatus[];
  /** Mints that failed in the last hour, if there is no token. */
  failures: MintFailure[];
  /** Hostnames with a credential from `docker login`. */
  logins: string[];
  mfaSessions: MfaSessionStatus[];
}

/** The answer to `forget`, as JSON: how many entries there were. */
export interface Forgotten {
  tokens: number;
  logins: number;
  mfaSessions: number;
}

/** The answer to `login`, `explain`, `export` and `password`, as JSON. */
export type OrError<T> = { done: T } | { error: ErrorFields };
