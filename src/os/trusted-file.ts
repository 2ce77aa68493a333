// Whether only trusted users can have written a file: one of them owns it, and no other user may write it.
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { readSmallFile } from './small-file.ts';

/** As in `fs.Stats`. */
export interface FileOwner {
  uid: number;
  mode: number;
}

/**
 * `own`: the user who may own the file, besides root.
 * @throws XacctError `config-invalid` with the command that fixes it.
 */
export function refuseUntrusted(path: string, { uid, mode }: FileOwner, own?: number): void {
  const isLoose = (mode & 0o022) !== 0;
  const isForeign = uid !== own && !isRoots(uid);
  if (!isLoose && !isForeign) return;
  const caller = process.geteuid?.();
  const isOwn = caller === 0 ? uid !== OVERFLOW_UID : uid === caller && !isForeign;
  const sudo = isOwn ? [] : ['sudo'];
  const close: Hint = { run: [...sudo, ...command`chmod go-w ${path}`] };
  if (!isForeign) {
    const text = (mode & 0o777).toString(8).padStart(4, '0');
    throw refused(`others than its owner may change ${path} (mode ${text}), so it is not read`, close);
  }
  throw refused(`${path} belongs to user ID ${uid} and not to root, so it is not read`, {
    run: [...sudo, ...command`chown root ${path}`],
    ...(isLoose && { next: close }),
  });
}

function refused(message: string, hint: Hint): XacctError {
  return new XacctError('config-invalid', message, { hint });
}

/** https://docs.kernel.org/admin-guide/sysctl/kernel.html#overflowgid-overflowuid */
const OVERFLOW_UID = 65_534;

/** A user namespace without the host's root (rootless podman's, say) shows that root as the overflow ID. */
function isRoots(uid: number): boolean {
  return uid === 0 || (uid === OVERFLOW_UID && process.platform === 'linux' && !hasOuterRoot());
}

/** Each line: first ID inside, first ID outside, count. */
function hasOuterRoot(): boolean {
  try {
    return /^ *\d+ +0 /m.test(readSmallFile('/proc/self/uid_map'));
  } catch {
    return true;
  }
}
