// The variables of the daemon: `ECR_XACCT_DAEMON`, whether to use one; `ECR_XACCT_TIMEOUT`, its timeout in seconds.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** @throws XacctError `usage` for a value that is neither `off` nor `on`. */
export function isDaemonOff(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env.ECR_XACCT_DAEMON ?? '';
  if (value === 'off') return true;
  if (value === '' || value === 'on') return false;
  throw new XacctError('usage', `ECR_XACCT_DAEMON=${value} is neither off nor on`, {
    hint: { run: command`export ECR_XACCT_DAEMON=off` },
  });
}

const DEFAULT_MS = 30_000;
const MAX_SECONDS = 600;

/**
 * Milliseconds; `otherwise` if it is not set. It is a variable, not a key of the config, because a client needs it and
 * reads no config.
 * @throws XacctError `usage` if it is not a whole number from 1 to 600.
 */
export function timeoutMs(env: Readonly<Record<string, string | undefined>>, otherwise = DEFAULT_MS): number {
  const text = env.ECR_XACCT_TIMEOUT;
  if (text === undefined || text === '') return otherwise;
  const seconds = Number(text);
  if (/^\d{1,3}$/.test(text) && seconds >= 1 && seconds <= MAX_SECONDS) return seconds * 1_000;
  throw new XacctError(
    'usage',
    `ECR_XACCT_TIMEOUT=${text} is not a whole number of seconds from 1 to ${MAX_SECONDS}`,
    {
      hint: { run: command`unset ECR_XACCT_TIMEOUT` },
    },
  );
}
