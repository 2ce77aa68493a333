// Replaces one file if it is still unchanged, and restores what another program writes at the same moment.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { errnoOf } from '../os/file-cache.ts';
import { followLinks } from '../os/follow-links.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';
import { valueInDockerConfig } from './docker-files/docker-config-edit.ts';
import { mergeMembers } from './docker-files/merge-members.ts';
import { pause } from './pause.ts';
import { type Content, isSame, type Rename, replaceFile, writeTemporary } from './replace-file.ts';
import type { FileKind } from './state.ts';
import { temporaryPath } from './temporary-file.ts';

export interface FileWrite extends Content {
  /** Absolute; a symbolic link is followed. */
  path: string;
  /** Undefined for a file that only setup uses. */
  kind?: FileKind;
}

export interface PreparedFile {
  write: FileWrite;
  /**
   * Resolves to whether the file has its new content. False if another program has changed it since `before`: then the
   * file has that program's content. Readers always see one complete version. @throws XacctError `file-access`
   */
  commit(): Promise<boolean>;
  /** Removes the temporary files. */
  discard(): void;
}

/** Writes the new content to a temporary file beside the file. @throws XacctError `file-access` */
export async function prepareFile(
  write: FileWrite,
  rename: Rename,
  like = write.before,
): Promise<PreparedFile> {
  const { path, before, after, kind, isPublic } = write;
  const target = followLinks(path);
  const [temporary, aside] = [temporaryPath(dirname(target)), temporaryPath(dirname(target))];
  const discard = () => {
    for (const name of [temporary, aside]) fs.rmSync(name, { force: true });
  };
  try {
    if (after !== undefined) await writeTemporary(temporary, after, { like, isPublic });
  } catch (error) {
    discard();
    throw cannotWrite(path, target, error);
  }
  const commit = async () => {
    const replaced = replaceFile({ target, temporary, aside }, write, rename);
    if (typeof replaced === 'boolean') return replaced;
    if (isSame(readSnapshot(replaced.path)?.bytes, before?.bytes)) return true;
    // Another program wrote the file at the same moment.
    if (replaced.putBack()) return false;
    const theirs = await settled(replaced.path, write);
    const change = { path, base: after, wanted: theirs?.bytes, kind, like: theirs };
    if (theirs !== undefined && !(await bringIn(change, rename))) throw keptApart(path, target, theirs);
    return false;
  };
  return {
    write,
    commit: async () => {
      try {
        return await commit();
      } catch (error) {
        throw cannotWrite(path, target, error);
      } finally {
        discard();
      }
    },
    discard,
  };
}

/** With so many attempts, one is likely to be in a pause of a busy program. */
const TRIES = 200;

/**
 * The complete content of another program: some empty the file before they write. Undefined if the file has no name any
 * more.
 */
async function settled(replaced: string, { path, kind }: FileWrite): Promise<Snapshot | undefined> {
  let found = readSnapshot(replaced);
  for (let tries = 0; tries < TRIES && !isWhole(found, path, kind); tries += 1) {
    await pause();
    found = readSnapshot(replaced);
  }
  return found;
}

function isWhole(snapshot: Snapshot | undefined, path: string, kind: FileKind | undefined): boolean {
  if (kind !== 'docker' || snapshot === undefined) return true;
  try {
    return valueInDockerConfig(textOf(snapshot, path), [], path) !== undefined;
  } catch {
    return false;
  }
}

interface Change {
  path: string;
  base: Uint8Array | undefined;
  wanted: Uint8Array | undefined;
  kind: FileKind | undefined;
  /** The mode and owner of the file, if it must be created. */
  like: Snapshot | undefined;
}

/**
 * Replaces `base` with `wanted`. If another program has changed the file since, applies the changes between the two to
 * its content; resolves to false if that is not possible. A file that another program has removed is not created again.
 */
export async function bringIn(change: Change, rename: Rename): Promise<boolean> {
  const { path, base, wanted, kind, like } = change;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = readSnapshot(path);
    const isUntouched = isSame(before?.bytes, base);
    if (!isUntouched && before === undefined) return true;
    if (!isUntouched && kind !== 'docker') return false;
    const after = isUntouched ? wanted : merged(change, before);
    if (after !== 'half') {
      const file = await prepareFile({ path, before, after, ...(kind && { kind }) }, rename, before ?? like);
      if (await file.commit()) return true;
    }
    await pause();
  }
  return false;
}

/** `half` if another program has not finished writing it. */
function merged({ path, base, wanted }: Change, current: Snapshot | undefined): Buffer | 'half' {
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  try {
    return Buffer.from(mergeMembers(text(base), text(wanted), textOf(current, path), path));
  } catch {
    return 'half';
  }
}

function keptApart(path: string, target: string, { bytes }: Snapshot): XacctError {
  const other = `${target}.other-${process.pid}`;
  fs.writeFileSync(other, bytes, { mode: 0o600, flag: 'wx' });
  const message = `${path} is changed all the time by other programs; what one of them wrote is kept in ${other}`;
  return new XacctError('file-access', message, { hint: { run: command`diff ${path} ${other}` } });
}

function cannotWrite(path: string, target: string, error: unknown): XacctError {
  if (error instanceof XacctError) return error;
  const message = `cannot write ${path} (${errnoOf(error)})`;
  return new XacctError('file-access', message, {
    hint: { run: command`ls -ld ${dirname(target)}` },
    cause: error,
  });
}
