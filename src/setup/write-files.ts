// Files as they shall be: written all or none, each by rename.
import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { errnoOf } from '../os/file-cache.ts';
import { mayAccess } from '../os/find-program.ts';
import { makePrivateFolder } from '../os/private-folder.ts';
import { readSnapshot, type Snapshot } from '../os/snapshot.ts';

export interface FileWrite {
  /** Absolute; a symbolic link is followed. */
  path: string;
  /** Undefined where there is no file. */
  before: Snapshot | undefined;
  /** Undefined where the file shall be gone. */
  after: Uint8Array | undefined;
}

/**
 * Writes all of them, in order, or none: where one fails, those before it are put back.
 * @throws XacctError `file-access`, also where a file is no longer what `before` says.
 */
export function writeFiles(writes: readonly FileWrite[]): void {
  for (const write of writes) checkWritable(write);
  for (const { path, before } of writes) {
    if (isSame(readSnapshot(path)?.bytes, before?.bytes)) continue;
    throw refused(`${path} was changed by another program meanwhile; nothing was written`, AGAIN);
  }
  const done: FileWrite[] = [];
  try {
    for (const write of writes) {
      writeFile(write.path, write.after, write.before);
      done.unshift(write);
    }
  } catch (error) {
    const lost = done.filter((write) => !isPutBack(write)).map(({ path }) => path);
    const rest = lost.length === 0 ? 'nothing was changed' : `and could not put back ${lost.join(' and ')}`;
    throw refused(`${error instanceof Error ? error.message : error}; ${rest}`, hintOf(error), error);
  }
}

function isPutBack({ path, before, after }: FileWrite): boolean {
  try {
    writeFile(path, before?.bytes, before ?? (after === undefined ? undefined : readSnapshot(path)));
    return true;
  } catch {
    return false;
  }
}

/** By a temporary file beside it that is renamed, so that nobody ever reads half of it. Mode and owner stay. */
function writeFile(path: string, bytes: Uint8Array | undefined, before: Snapshot | undefined): void {
  const target = followLinks(path);
  const temporary = join(dirname(target), `.ecr-xacct-${process.pid}.tmp`);
  try {
    if (bytes === undefined) {
      fs.rmSync(target, { force: true });
      return;
    }
    makePrivateFolder(dirname(target));
    const fd = fs.openSync(temporary, 'wx', 0o600);
    try {
      fs.writeFileSync(fd, bytes);
      if (before !== undefined) keepOwner(fd, before);
      fs.fchmodSync(fd, before?.mode ?? 0o600);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, target);
    syncFolder(dirname(target));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') fs.rmSync(temporary, { force: true });
    throw refused(
      `cannot write ${path} (${errnoOf(error)})`,
      { run: command`ls -ld ${dirname(target)}` },
      error,
    );
  }
}

function keepOwner(fd: number, { uid, gid }: Snapshot): void {
  const own = fs.fstatSync(fd);
  if (own.uid !== uid || own.gid !== gid) fs.fchownSync(fd, uid, gid);
}

/** The rename itself outlives a power cut. Some file systems know no fsync of a folder. */
function syncFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {}
}

/** As many as Linux follows: path_resolution(7). */
const MAX_LINKS = 40;

/** Where a path leads, which need not exist: a link to a file that is yet to be made is kept, too. */
function followLinks(path: string): string {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    if (!fs.lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), fs.readlinkSync(target));
  }
  throw refused(`${path} is a symbolic link that leads nowhere`, { run: command`ls -l ${path}` });
}

/** Before anything is written. A read-only file is not overwritten, though a rename could: somebody meant it. */
function checkWritable({ path, before }: FileWrite): void {
  const target = followLinks(path);
  if (before !== undefined && !mayAccess(target, fs.constants.W_OK)) throw readOnly(target, 'the file');
  let folder = dirname(target);
  while (fs.statSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  if (!mayAccess(folder, fs.constants.W_OK)) throw readOnly(folder, 'the folder');
}

function readOnly(path: string, what: string): XacctError {
  const isOwn = fs.statSync(path).uid === process.getuid?.();
  return refused(`${what} ${path} may not be written; nothing was changed`, {
    run: isOwn ? command`chmod u+w ${path}` : command`sudo chown $USER ${path}`,
  });
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

const AGAIN: Hint = { say: 'run it again' };

function hintOf(error: unknown): Hint {
  return (error instanceof XacctError ? error.hint : undefined) ?? AGAIN;
}

function refused(message: string, hint: Hint, cause?: unknown): XacctError {
  return new XacctError('file-access', message, { hint, cause });
}
