// Where on somebody's PATH a program stands. Never below the current folder, which may be a repository just cloned.
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface FoundProgram {
  /** Absolute. */
  path: string;
  /** The file behind the links. */
  target: string;
}

/**
 * The first on PATH that can be run, on Windows as `NAME.exe`: what else PATHEXT allows there, only a shell can run. Entries that
 * are empty, `.` or `bin` are passed over: they are below the current folder.
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

/** Those of PATH where programs are looked for. */
export function pathFolders(PATH: string | undefined): string[] {
  return (PATH ?? '').split(delimiter).filter(isAbsolute);
}

/** Whether this process may do with a file or folder what `mode` says (`constants.R_OK`); false where there is none. */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The file behind the links, where it is one that can be run. */
function programAt(path: string): string | undefined {
  try {
    return mayAccess(path, constants.X_OK) && statSync(path).isFile() ? realpathSync.native(path) : undefined;
  } catch {
    return undefined;
  }
}
