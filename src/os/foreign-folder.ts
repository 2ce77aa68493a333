// Whether a new file of root would be in another user's folder: root would own it there, and lock that user out.
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { followLinks } from './follow-links.ts';

interface FolderStat {
  uid: number;
  mode: number;
}

/** The user of the process, and how it looks at a folder: undefined if there is none. */
interface ThisProcess {
  uid: number | undefined;
  look: (path: string) => FolderStat | undefined;
}

const THIS_PROCESS: ThisProcess = { uid: process.getuid?.(), look: lookAtFolder };

/**
 * The user in whose folder root would create the file or folder at `path`. It checks the nearest existing folder above
 * it and, below the home folder, the home folder too: root may have created the folders between them earlier. Undefined
 * if the file may be created: for any user but root, whose permissions decide, and in a folder for everyone like /tmp.
 */
export function foreignOwner(
  path: string,
  home?: string,
  { uid, look }: ThisProcess = THIS_PROCESS,
): number | undefined {
  if (uid !== 0) return undefined;
  const folders = [dirname(targetOf(path))];
  if (home !== undefined && path.startsWith(`${resolve(home)}/`)) folders.push(resolve(home));
  return folders.map((folder) => nearest(folder, look)).find((stat) => stat && isForeign(stat))?.uid;
}

function isForeign({ uid, mode }: FolderStat): boolean {
  const isEveryones = (mode & 0o1002) === 0o1002;
  return uid !== 0 && !isEveryones;
}

function nearest(folder: string, look: ThisProcess['look']): FolderStat | undefined {
  const parent = dirname(folder);
  return look(folder) ?? (parent === folder ? undefined : nearest(parent, look));
}

function lookAtFolder(path: string): FolderStat | undefined {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? stat : undefined;
  } catch {
    return undefined;
  }
}

function targetOf(path: string): string {
  try {
    return followLinks(path);
  } catch {
    return path;
  }
}

/**
 * Checks before the first of the files, or a folder for it, is created. `words` is the command that was run.
 * @throws XacctError `file-access` with the command that creates them as the owner of the folder.
 */
export function refuseForeign(files: readonly { path: string }[], home: string, words: Command): void {
  for (const { path } of files) {
    const uid = foreignOwner(path, home);
    if (uid === undefined) continue;
    const name = userName(uid);
    throw new XacctError(
      'file-access',
      `${path} is in a folder of user ${name ?? uid}, and a file of root there would lock that user out; nothing was changed`,
      { hint: { say: 'as that user', run: command`sudo -u ${name ?? `#${uid}`} -- ${words}` } },
    );
  }
}

/** Undefined if the system does not know the user: it may be a container's. */
function userName(uid: number): string | undefined {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stdout } = spawnSync('/usr/bin/id', ['-nu', `${uid}`], { encoding: 'utf8', timeout: 5_000 });
  return stdout?.trim() || undefined;
}
