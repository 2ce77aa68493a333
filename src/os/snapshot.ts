// A file as it is now: its whole content, mode and owner.
import * as fs from 'node:fs';
import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { errnoOf } from './file-cache.ts';
import { limitError } from './limits.ts';
import { readBounded } from './small-file.ts';

/** A file that exists. */
export interface Snapshot {
  bytes: Buffer;
  mode: number;
  uid: number;
  gid: number;
}

/** Docker's config.json with the logins of ten thousand registries has a tenth of this. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The file at a path; undefined if there is none. @throws XacctError `file-access`, `limit` */
export function readSnapshot(path: string): Snapshot | undefined {
  try {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isFile()) throw unread(`${path} is not a regular file`, command`ls -ld ${path}`);
    if (stat.size > MAX_BYTES) throw unread(`${path} is larger than 16 MiB`, command`ls -ld ${path}`);
    return { bytes: readBounded(path, MAX_BYTES), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
  } catch (error) {
    if (error instanceof XacctError) throw error;
    const what = `cannot read ${path}`;
    throw limitError(what, error) ?? unread(`${what} (${errnoOf(error)})`, command`ls -ld ${path}`, error);
  }
}

/** The text of a file. @throws XacctError `file-access` if it is not UTF-8: it could not be written back unchanged. */
export function textOf(snapshot: Snapshot | undefined, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      snapshot?.bytes ?? new Uint8Array(),
    );
  } catch (error) {
    throw unread(`${path} is not UTF-8 text`, command`file ${path}`, error);
  }
}

function unread(message: string, run: Command, cause?: unknown): XacctError {
  return new XacctError('file-access', message, { hint: { run }, cause });
}
