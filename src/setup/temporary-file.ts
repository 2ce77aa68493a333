// The temporary files beside those that setup writes, and the end of those that a killed setup has left: they may hold logins.
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** In the folder of the file that it becomes. */
export function temporaryPath(folder: string): string {
  return join(folder, `.ecr-xacct-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

/** Earlier versions had no more than the ID of the process. */
const TEMPORARY = /^\.ecr-xacct-(\d+)(?:-[0-9a-f]{8})?\.tmp$/;

/** Those of this user whose process is gone. To be called while this process has none of its own. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const pid = TEMPORARY.exec(name)?.[1];
    const path = join(folder, name);
    if (pid === undefined || !isOwnFile(path) || isWriting(Number(pid))) continue;
    try {
      rmSync(path, { force: true });
    } catch {
      // A folder that is closed to this user.
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

/** Whether a setup, or an edit of a rule, of this user runs under this ID, which may be another program's by now. */
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
    // No Linux: it cannot be told.
    return process.platform !== 'linux';
  }
}
