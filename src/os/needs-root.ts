// Whether a command must be run by root, for hints.
import { statSync } from 'node:fs';

/** Whether only root may change the mode of this file: another user owns it. `uid` is undefined on Windows. */
export function modeNeedsRoot(path: string, uid = process.geteuid?.()): boolean {
  return uid !== undefined && uid !== 0 && statSync(path).uid !== uid;
}
