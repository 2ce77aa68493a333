// Creates folders: closed to other users from their first moment, or open to every user of the machine.
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and its missing parents, 0700; an existing one is unchanged. It does not use mkdir's `recursive`,
 * which never ends if a file system (/proc) returns ENOENT for a folder whose parent exists.
 * @throws errors of mkdir.
 */
export function makePrivateFolder(path: string): void {
  makeFolder(path, 0o700);
}

/** Creates a folder and its missing parents, 0755, whatever the umask is. @throws errors of mkdir. */
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

/** Undefined if the folder exists now, whichever process created it. */
function make(path: string, mode: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode });
    // The mode must not depend on the umask of the administrator.
    if ((mode & 0o077) !== 0) chmodSync(path, mode);
  } catch (error) {
    const refused = error as NodeJS.ErrnoException;
    if (refused.code !== 'EEXIST') return refused;
  }
  return undefined;
}
