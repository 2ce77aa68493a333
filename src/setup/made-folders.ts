// Finds the folders that setup must create for its files, and removes them when they are empty again.
import { rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { followLinks } from '../os/follow-links.ts';

/** The missing folders above the files, each once. */
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
    // If the folder cannot be checked, it is not one of ours.
    return true;
  }
}

/** Innermost first. A folder that is not empty, does not exist, or cannot be removed is ignored. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders.toSorted((one, other) => other.length - one.length)) {
    try {
      rmdirSync(folder);
    } catch {}
  }
}
