// The changes of a setup, file by file, and the backups and notes that can undo them.
import { isDeepStrictEqual } from 'node:util';
import { readSnapshot } from '../os/snapshot.ts';
import { missingFolders } from './made-folders.ts';
import type { FileWrite } from './prepare-file.ts';
import {
  type Edit,
  type FileKind,
  type FileState,
  mergeEdits,
  type readState,
  type State,
  sha256,
  stateText,
} from './state.ts';

export interface FileChange extends FileWrite {
  kind: FileKind;
  /** For undo, key by key; empty for a file that setup created. */
  edits: readonly Edit[];
}

/** A change of a text; undefined if nothing changes. */
export function fileChange(
  { path, kind, before }: Pick<FileChange, 'path' | 'kind' | 'before'>,
  after: string,
  edits: readonly Edit[],
): FileChange | undefined {
  const bytes = Buffer.from(after);
  if (bytes.equals(before?.bytes ?? Buffer.alloc(0))) return undefined;
  return { path, kind, before, after: bytes, edits };
}

/**
 * All files to write for the changes, backups and notes first, so that undo is possible even after a crash. Empty if
 * nothing changes. `declined`: the accounts that the user leaves out.
 */
export function writesOf(
  changes: readonly FileChange[],
  state: ReturnType<typeof readState>,
  declined: readonly string[],
): FileWrite[] {
  const isNews = !isDeepStrictEqual(declined, state.value?.declined ?? []);
  if (changes.length === 0 && !isNews) return [];
  const files = new Map((state.value?.files ?? []).map((file) => [file.path, file]));
  const backups: FileWrite[] = [];
  for (const change of changes) {
    const earlier = files.get(change.path);
    const backup = earlier === undefined ? backupOf(change) : undefined;
    if (backup !== undefined) backups.push(backup);
    files.set(change.path, earlier ? later(earlier, change) : first(change, backup?.path));
  }
  const folders = new Set([...(state.value?.folders ?? []), ...missingFolders([state, ...changes])]);
  const value: State = {
    version: 1,
    files: [...files.values()],
    folders: [...folders],
    declined: [...declined],
  };
  const after = Buffer.from(stateText(value));
  return [...backups, { path: state.path, before: state.before, after }, ...changes];
}

function first({ path, kind, before, after, edits }: FileChange, backup: string | undefined): FileState {
  return {
    path,
    kind,
    before: hashOf(before?.bytes),
    backup: backup ?? null,
    after: hashOf(after),
    edits: [...edits],
  };
}

function later(earlier: FileState, { before, after, edits }: FileChange): FileState {
  const isUntouched = earlier.after !== null && hashOf(before?.bytes) === earlier.after;
  return {
    ...earlier,
    after: isUntouched ? hashOf(after) : null,
    edits: mergeEdits(earlier.edits, edits),
  };
}

function hashOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : sha256(bytes);
}

/** A free name, or a file with the same bytes: this program overwrites no other file. */
function backupOf({ path, before }: FileChange): FileWrite | undefined {
  if (before === undefined) return undefined;
  for (let number = 1; ; number += 1) {
    const backup = `${path}.before-ecr-xacct${number === 1 ? '' : `-${number}`}`;
    const existing = readSnapshot(backup);
    if (existing === undefined || existing.bytes.equals(before.bytes)) {
      return { path: backup, before: existing, after: before.bytes };
    }
  }
}
