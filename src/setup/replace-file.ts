// The one step in which a file gets its new content, so that what was there until then is still to be seen.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../os/file-cache.ts';
import { makePrivateFolder, makePublicFolder } from '../os/private-folder.ts';
import { readSnapshot, type Snapshot } from '../os/snapshot.ts';

const fsync = promisify(fs.fsync);

/** `fs.renameSync`, or in tests what comes between. */
export type Rename = (from: string, to: string) => void;

/** What a file is to become. */
export interface Content {
  /** Undefined where there is no file. */
  before: Snapshot | undefined;
  /** Undefined where the file shall be gone. */
  after: Uint8Array | undefined;
  /** Every user of the machine may read it. */
  isPublic?: boolean;
}

export interface FilePaths {
  /** No symbolic link. */
  target: string;
  /** Beside it, with the new content. */
  temporary: string;
  /** Beside it, free. */
  aside: string;
}

/** Up to the disk, with the mode and owner of `like`. @throws the system's errors. */
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

/** Root leaves a file to its owner. Who may write another user's only as one of its group leaves it to that group. */
function keepOwner(fd: number, { uid, gid }: Snapshot): void {
  const own = fs.fstatSync(fd);
  if (own.uid !== uid && process.getuid?.() === 0) fs.fchownSync(fd, uid, gid);
  else if (own.gid !== gid) fs.fchownSync(fd, own.uid, gid);
}

/** What was in the file's place until now. */
export interface Replaced {
  path: string;
  /** The same file again, where the new content is there still. @returns whether it is back. */
  putBack(): boolean;
}

/**
 * True where nothing had to be replaced, false where the file is not what was read. Its place is never empty, unless it shall be.
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
  // A setup in another container took it for one of a process that is gone.
  if (own === undefined || found === undefined) return false;
  // What is written into the file is kept under another name, and another file is seen up to the last microseconds.
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

/** Which file it is, and when it was last written, whatever its name; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

/** False where something is there by now. */
function putInFreePlace(temporary: string, target: string): boolean {
  const linked = link(temporary, target);
  if (linked !== 'impossible') return linked === 'done';
  if (identityOf(target) !== undefined) return false;
  fs.renameSync(temporary, target);
  return true;
}

/** Gives the file another name. `taken`, too, where the file is gone; `impossible` where the file system knows no links. */
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
