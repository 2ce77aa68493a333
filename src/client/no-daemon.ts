// Where there is no daemon, and why.
import { XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';

/** Node cannot keep others out of a named pipe. */
export const NO_DAEMON_ON_WINDOWS =
  'on Windows there is no daemon: each pull gets a token anew, and no login is kept';

export function noDaemonOnWindows(hint?: Hint): XacctError {
  return new XacctError('daemon', NO_DAEMON_ON_WINDOWS, { hint });
}
