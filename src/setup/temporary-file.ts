// The temporary files of setup, and the removal of those that a killed setup left: they may hold logins.
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** In the folder of the file that it will replace. */
export function temporaryPath(folder: string): string {
  return join(folder, `.ecr-xacct-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

/** In earlier versions, the name had only the process ID. */
const TEMPORARY = /^\.ecr-xacct-(\d+)(?:-[0-9a-f]{8})?\.tmp$/;

/** Removes this user's temporary files whose process has ended. Call it before this process has any of its own. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const pid = TEMPORARY.exec(name)?.[1];
    const path = join(folder, name);
    if (pid === undefined || !isOwnFile(path) || isWriting(Number(pid))) continue;
    try {
      rmSync(path, { force: true });
    } catch {
      // This user may not write the folder.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isOwnFile(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (process.getuid === undefined || stat.uid === process.getuid());
}

/** Whether this ID is a running setup or rule edit: another program may have the ID by now. */
function isWriting(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return /\0(?:setup|rule)\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    // Only Linux has /proc; elsewhere, assume that it is.
    return process.platform !== 'linux';
  }
}
