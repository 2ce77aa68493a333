// Finds a program on a PATH, but never below the current folder, which may be a repository just cloned.
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface FoundProgram {
  /** Absolute. */
  path: string;
  /** The file after all symbolic links. */
  target: string;
}

/**
 * The first executable on PATH; on Windows as `NAME.exe`, because only a shell can run the other types of PATHEXT.
 * Relative entries (empty, `.`, `bin`) are skipped: they are below the current folder.
 */
export function findProgram(
  name: string,
  PATH: string | undefined,
  platform: NodeJS.Platform = process.platform,
): FoundProgram | undefined {
  const file = platform === 'win32' ? `${name}.exe` : name;
  for (const folder of pathFolders(PATH)) {
    const path = join(folder, file);
    const target = programAt(path);
    if (target !== undefined) return { path, target };
  }
  return undefined;
}

/** The folders of PATH where programs are searched. */
export function pathFolders(PATH: string | undefined): string[] {
  return (PATH ?? '').split(delimiter).filter(isAbsolute);
}

/** Whether this process has the access `mode` (`constants.R_OK`) to a file or folder; false if there is none. */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The file after all symbolic links, if it is executable. */
function programAt(path: string): string | undefined {
  try {
    return mayAccess(path, constants.X_OK) && statSync(path).isFile() ? realpathSync.native(path) : undefined;
  } catch {
    return undefined;
  }
}
