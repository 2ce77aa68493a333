// Writes a set of files completely or not at all, and never over changes of another program.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { mayAccess } from '../os/find-program.ts';
import { followLinks } from '../os/follow-links.ts';
import { readSnapshot } from '../os/snapshot.ts';
import { missingFolders, removeEmptyFolders } from './made-folders.ts';
import { bringIn, type FileWrite, type PreparedFile, prepareFile } from './prepare-file.ts';
import { isSame, type Rename } from './replace-file.ts';
import { removeLeftovers } from './temporary-file.ts';

/**
 * Writes all of them, in order, or none: if one fails or another program has changed it, the earlier ones are restored.
 * Resolves to the path of a file that was changed meanwhile: then plan again.
 * @throws XacctError `file-access`
 */
export async function writeFiles(
  writes: readonly FileWrite[],
  rename: Rename = fs.renameSync,
): Promise<string | undefined> {
  for (const write of writes) checkWritable(write);
  for (const folder of foldersOf(writes)) removeLeftovers(folder);
  const made = missingFolders(writes);
  const prepared: PreparedFile[] = [];
  const done: FileWrite[] = [];
  let changed: FileWrite | undefined;
  try {
    await prepareAll(writes, rename, prepared);
    // All are checked before the first write, and each again at its own write.
    changed = writes.find(isChanged) ?? (await commitAll(prepared, done));
  } catch (error) {
    const rest = restText(await putBack(done, rename));
    for (const file of prepared) file.discard();
    removeEmptyFolders(made);
    throw refused(`${error instanceof Error ? error.message : error}; ${rest}`, hintOf(error), error);
  } finally {
    for (const file of prepared) file.discard();
  }
  if (changed === undefined) {
    for (const folder of foldersOf(writes)) syncFolder(folder);
    return undefined;
  }
  const lost = await putBack(done, rename);
  removeEmptyFolders(made);
  if (lost.length === 0) return changed.path;
  throw refused(`${changed.path} was changed by another program meanwhile; ${restText(lost)}`, AGAIN);
}

/** All at once: the disk syncs them in the time of one, and another program's login may come soon. */
async function prepareAll(
  writes: readonly FileWrite[],
  rename: Rename,
  prepared: PreparedFile[],
): Promise<void> {
  const all = await Promise.allSettled(writes.map((write) => prepareFile(write, rename)));
  for (const one of all) if (one.status === 'fulfilled') prepared.push(one.value);
  for (const one of all) if (one.status === 'rejected') throw one.reason;
}

/** Resolves to the first file that was changed meanwhile. */
async function commitAll(
  prepared: readonly PreparedFile[],
  done: FileWrite[],
): Promise<FileWrite | undefined> {
  for (const file of prepared) {
    if (!(await file.commit())) return file.write;
    done.push(file.write);
  }
  return undefined;
}

function isChanged({ path, before }: FileWrite): boolean {
  return !isSame(readSnapshot(path)?.bytes, before?.bytes);
}

/** Resolves to the paths that could not be restored, because another program has changed them since. */
async function putBack(done: FileWrite[], rename: Rename): Promise<string[]> {
  const lost: string[] = [];
  for (const { path, before, after, kind } of done.splice(0).toReversed()) {
    const change = { path, base: after, wanted: before?.bytes, kind, like: before };
    const isBack = await bringIn(change, rename).catch(() => false);
    if (!isBack) lost.push(path);
  }
  return lost;
}

function restText(lost: readonly string[]): string {
  return lost.length === 0 ? 'nothing was changed' : `and could not put back ${lost.join(' and ')}`;
}

function foldersOf(writes: readonly FileWrite[]): Set<string> {
  return new Set(writes.map(({ path }) => dirname(followLinks(path))));
}

/** Makes the renames survive a power failure. Some file systems cannot sync a folder. */
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

/**
 * Checked before anything is written. A rename could replace a read-only file, but the user made it read-only on
 * purpose.
 */
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

const AGAIN: Hint = { say: 'run it again' };

function hintOf(error: unknown): Hint {
  return (error instanceof XacctError ? error.hint : undefined) ?? AGAIN;
}

function refused(message: string, hint: Hint, cause?: unknown): XacctError {
  return new XacctError('file-access', message, { hint, cause });
}
