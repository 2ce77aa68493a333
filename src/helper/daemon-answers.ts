// What a daemon answers to people's commands, as JSON: types only, for both ends.
import type { ClockGap } from '../aws-clock.ts';
import type { ErrorFields } from '../errors.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';
import type { MintFailure, TokenStatus } from '../token/slot-status.ts';

/** What `status` answers, as JSON. Times are epoch milliseconds of this machine's clock as it is set now. */
export interface DaemonStatus {
  pid: number;
  version: string;
  startedAt: number;
  /** Where AWS's clock and this machine's are apart. */
  clockGap?: ClockGap | undefined;
  /** Bytes. */
  rss: number;
  tokens: TokenStatus[];
  /** What could not be minted in the last hour, and has no token. */
  failures: MintFailure[];
  /** Hostnames whose credential `docker login` brought. */
  logins: string[];
  mfaSessions: MfaSessionStatus[];
}

/** What `forget` answers, as JSON: how many there were. */
export interface Forgotten {
  tokens: number;
  logins: number;
  mfaSessions: number;
}

/** What `login`, `explain`, `export` and `password` answer, as JSON. */
export type OrError<T> = { done: T } | { error: ErrorFields };
