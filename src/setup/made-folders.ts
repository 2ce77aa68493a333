// The folders that setup has to make for its files, and their end where nothing is in them any more.
import { rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { followLinks } from '../os/follow-links.ts';

/** Those above the files that are not there, each once. */
export function missingFolders(files: readonly { path: string }[]): string[] {
  const missing = new Set<string>();
  for (const { path } of files) {
    for (let folder = dirname(followLinks(path)); !isThere(folder); folder = dirname(folder)) {
      missing.add(folder);
    }
  }
  return [...missing];
}

function isThere(folder: string): boolean {
  try {
    return dirname(folder) === folder || statSync(folder, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It cannot be told: it is not ours.
    return true;
  }
}

/** The innermost first. One that has something in it, is gone, or may not be removed stays as it is. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders.toSorted((one, other) => other.length - one.length)) {
    try {
      rmdirSync(folder);
    } catch {}
  }
}
