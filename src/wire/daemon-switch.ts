// Whether the user wants a daemon: `ECR_XACCT_DAEMON`.

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
