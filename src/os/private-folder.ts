// Makes folders that are closed to others from their first moment.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and its missing parents, 0700; one that is there stays as it is. Not with mkdir's own `recursive`, which
 * never ends where a file system (/proc) says ENOENT for a folder whose parent exists.
 * @throws errors of mkdir.
 */
export function makePrivateFolder(path: string): void {
  const refused = make(path);
  if (refused === undefined) return;
  const parent = dirname(path);
  if (refused.code !== 'ENOENT' || parent === path) throw refused;
  makePrivateFolder(parent);
  const again = make(path);
  if (again !== undefined) throw again;
}

/** Undefined where the folder is there now, by whomever it was made. */
function make(path: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const refused = error as NodeJS.ErrnoException;
    if (refused.code !== 'EEXIST') return refused;
  }
  return undefined;
}
