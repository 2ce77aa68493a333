// Where there is no daemon, and why.
import { XacctError } from '../errors.ts';

/** Node cannot keep others out of a named pipe. */
export const NO_DAEMON_ON_WINDOWS =
  'on Windows there is no daemon: each pull gets a token anew, and no login is kept';

export function noDaemonOnWindows(say?: string): XacctError {
  return new XacctError('daemon', NO_DAEMON_ON_WINDOWS, { hint: say === undefined ? undefined : { say } });
}
