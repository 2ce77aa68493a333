// Makes folders: closed to others from their first moment, or for every user of the machine.
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and its missing parents, 0700; one that is there stays as it is. Not with mkdir's own `recursive`, which
 * never ends where a file system (/proc) says ENOENT for a folder whose parent exists.
 * @throws errors of mkdir.
 */
export function makePrivateFolder(path: string): void {
  makeFolder(path, 0o700);
}

/** The same, 0755, whatever the umask. @throws errors of mkdir. */
export function makePublicFolder(path: string): void {
  makeFolder(path, 0o755);
}

function makeFolder(path: string, mode: number): void {
  const refused = make(path, mode);
  if (refused === undefined) return;
  const parent = dirname(path);
  if (refused.code !== 'ENOENT' || parent === path) throw refused;
  makeFolder(parent, mode);
  const again = make(path, mode);
  if (again !== undefined) throw again;
}

/** Undefined where the folder is there now, by whomever it was made. */
function make(path: string, mode: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode });
    // The umask of whoever set up the machine is not for the others.
    if ((mode & 0o077) !== 0) chmodSync(path, mode);
  } catch (error) {
    const refused = error as NodeJS.ErrnoException;
    if (refused.code !== 'EEXIST') return refused;
  }
  return undefined;
}
