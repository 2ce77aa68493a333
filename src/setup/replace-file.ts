// Replaces a file in one step, and keeps the old file, so that a write of another program can be found afterwards.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../os/file-cache.ts';
import { makePrivateFolder, makePublicFolder } from '../os/private-folder.ts';
import { readSnapshot, type Snapshot } from '../os/snapshot.ts';

const fsync = promisify(fs.fsync);

/** `fs.renameSync`; tests can add another program's action. */
export type Rename = (from: string, to: string) => void;

/** The old and the new content of a file. */
export interface Content {
  /** Undefined if there is no file. */
  before: Snapshot | undefined;
  /** Undefined to remove the file. */
  after: Uint8Array | undefined;
  /** Every user of the machine may read it. */
  isPublic?: boolean;
}

export interface FilePaths {
  /** Not a symbolic link. */
  target: string;
  /** Beside it, with the new content. */
  temporary: string;
  /** An unused name beside it. */
  aside: string;
}

/** Written and synced to disk, with the mode and owner of `like`. @throws the system's errors. */
export async function writeTemporary(
  temporary: string,
  bytes: Uint8Array,
  { like, isPublic = false }: { like: Snapshot | undefined; isPublic: boolean | undefined },
): Promise<void> {
  (isPublic ? makePublicFolder : makePrivateFolder)(dirname(temporary));
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    fs.writeFileSync(fd, bytes);
    if (like !== undefined) keepOwner(fd, like);
    fs.fchmodSync(fd, (like?.mode ?? 0o600) | (isPublic ? 0o444 : 0));
    await fsync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Root keeps the file's owner. A user who may write another user's file only as a group member keeps the group. */
function keepOwner(fd: number, { uid, gid }: Snapshot): void {
  const own = fs.fstatSync(fd);
  if (own.uid !== uid && process.getuid?.() === 0) fs.fchownSync(fd, uid, gid);
  else if (own.gid !== gid) fs.fchownSync(fd, own.uid, gid);
}

/** The file that was in this place before. */
export interface Replaced {
  path: string;
  /** Restores that same file if the new content is still there. @returns whether it is restored. */
  putBack(): boolean;
}

/**
 * True if nothing had to be replaced, false if the file is not what was read. The path always exists, unless `after` is
 * undefined.
 * @throws the system's errors.
 */
export function replaceFile(
  { target, temporary, aside }: FilePaths,
  { before, after }: Content,
  rename: Rename,
): Replaced | boolean {
  const found = identityOf(target);
  if (!isSame(readSnapshot(target)?.bytes, before?.bytes)) return false;
  if (before === undefined) return after === undefined || putInFreePlace(temporary, target);
  if (after === undefined) {
    fs.renameSync(target, aside);
    return { path: aside, putBack: () => link(aside, target) === 'done' };
  }
  const own = identityOf(temporary);
  // A setup in another container may have removed the temporary file: it cannot see this process.
  if (own === undefined || found === undefined) return false;
  // The old file gets a second name, so that later writes to it are not lost. Another file at this path is detected up
  // to microseconds before the rename.
  const isAside = link(target, aside) === 'done';
  if (identityOf(target) !== found || (isAside && identityOf(aside) !== found)) return false;
  rename(temporary, target);
  const putBack = () => {
    if (identityOf(target) !== own) return false;
    rename(aside, target);
    return true;
  };
  return isAside ? { path: aside, putBack } : true;
}

/** Identifies a file and its last write, whatever its name is; undefined if there is none. */
function identityOf(path: string): string | undefined {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

/** False if a file exists there now. */
function putInFreePlace(temporary: string, target: string): boolean {
  const linked = link(temporary, target);
  if (linked !== 'impossible') return linked === 'done';
  if (identityOf(target) !== undefined) return false;
  fs.renameSync(temporary, target);
  return true;
}

/**
 * Gives the file a second name. `taken` also if the file is gone; `impossible` if the file system has no hard links.
 */
function link(path: string, name: string): 'done' | 'taken' | 'impossible' {
  try {
    fs.linkSync(path, name);
    return 'done';
  } catch (error) {
    return ['EEXIST', 'ENOENT'].includes(errnoOf(error)) ? 'taken' : 'impossible';
  }
}

export function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}
