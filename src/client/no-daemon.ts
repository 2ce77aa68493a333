// The error for systems without a daemon, and why they have none.
import { XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';

/** Node cannot restrict a named pipe to one user. */
export const NO_DAEMON_ON_WINDOWS =
  'on Windows there is no daemon: each pull gets a new token, and no login is kept';

export function noDaemonOnWindows(hint?: Hint): XacctError {
  return new XacctError('daemon', NO_DAEMON_ON_WINDOWS, { hint });
}
