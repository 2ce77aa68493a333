// Undoes a setup: restores whole files if only setup has changed them, else key by key.
import { addToConfig, changeProfiles, removeFromConfig } from '../config/edit.ts';
import { parseConfig } from '../config/load.ts';
import { attempt, XacctError } from '../errors.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';
import { valueInDockerConfig } from './docker-files/docker-config-edit.ts';
import { handBack } from './docker-files/take-over.ts';
import type { FileChange } from './file-change.ts';
import type { FileWrite } from './prepare-file.ts';
import { isSame } from './replace-file.ts';
import { saysMoreThanProfile, settingsText, undoRule } from './rule-edit.ts';
import { type FileState, type State, sha256 } from './state.ts';

export interface UndoPlan {
  changes: readonly FileChange[];
  /** The backups that setup made, which are no longer needed. */
  removals: readonly FileWrite[];
  notes: readonly string[];
}

/** `keepsConfig`: config.yaml is unchanged. @throws XacctError `config-invalid`, `docker-config`, `file-access` */
export function planUndo(state: State, keepsConfig: boolean): UndoPlan {
  const notes: string[] = [];
  const changes: FileChange[] = [];
  const removals: FileWrite[] = [];
  // Docker's file first, so that Docker never asks for a registry without a rule.
  for (const file of state.files.toReversed()) {
    const copy = file.backup === null ? undefined : readSnapshot(file.backup);
    const original = copy !== undefined && sha256(copy.bytes) === file.before ? copy : undefined;
    const before = readSnapshot(file.path);
    const isLeft = keepsConfig && file.kind === 'config';
    let after: Uint8Array | undefined = before?.bytes;
    // If the file is gone, restore the backup. If setup had created the file, nothing is left to undo.
    if (!isLeft) after = before === undefined ? original?.bytes : undone(file, before, original, notes);
    if (!isSame(before?.bytes, after)) {
      changes.push({ path: file.path, kind: file.kind, before, after, edits: [] });
    }
    if (file.backup === null || copy === undefined) continue;
    const why = whyKept(file, original, after);
    if (why === undefined) removals.push({ path: file.backup, before: copy, after: undefined });
    else notes.push(`${file.backup}: ${why}; it stays`);
  }
  return { changes, removals, notes };
}

/** Why the backup is kept: it may have content that exists nowhere else. */
function whyKept(
  { path, kind }: FileState,
  original: Snapshot | undefined,
  after: Uint8Array | undefined,
): string | undefined {
  if (original === undefined) return `this copy of ${path} has been changed since`;
  if (after === undefined) return `this is the only copy of ${path}`;
  if (original.bytes.equals(after)) return undefined;
  if (kind === 'drop-in') return `this copy has what ${path} was`;
  // With --keep-config, config.yaml may have any content.
  const found = attempt(() => contentOf(kind, new TextDecoder().decode(after), path));
  const left = new Map(found instanceof XacctError ? [] : found);
  const contents = contentOf(kind, textOf(original, path), path);
  const [gone] = contents.find(([name, content]) => left.get(name) !== content) ?? [];
  const what = kind === 'docker' ? 'a login' : 'a rule';
  return gone === undefined ? undefined : `this copy has ${what} that ${path} no longer has (${gone})`;
}

/** The registries of its logins, or of its rules with their settings: a newer login replaces an older one. */
function contentOf(kind: 'config' | 'docker', text: string, path: string): [name: string, content: string][] {
  if (kind === 'config') {
    return parseConfig(text, path).rules.map(({ key, rule }) => [key, settingsText(rule)]);
  }
  const auths = text.trim() === '' ? undefined : valueInDockerConfig(text, ['auths'], path);
  const logins = Object.entries(typeof auths === 'object' && auths !== null ? auths : {});
  // With a store, Docker leaves `{}` there.
  return logins.flatMap(([url, login]) => (Object.keys(login ?? {}).length > 0 ? [[url, '']] : []));
}

function undone(
  file: FileState,
  before: Snapshot,
  original: Snapshot | undefined,
  notes: string[],
): Uint8Array | undefined {
  const { path, kind } = file;
  if (sha256(before.bytes) === file.after && (file.before === null || original !== undefined)) {
    return original?.bytes;
  }
  const text = textOf(before, path);
  const isOurs = file.before === null;
  if (kind === 'drop-in') {
    notes.push(`${path}: it has been changed since; it stays`);
    return before.bytes;
  }
  const changed =
    kind === 'docker' ? withoutEntries(file, text, original, notes) : withoutRules(file, text, notes);
  return isOurs && isBlank(changed) ? undefined : Buffer.from(changed);
}

function withoutEntries(
  { path, edits }: FileState,
  text: string,
  original: Snapshot | undefined,
  notes: string[],
): string {
  const { text: changed, kept } = handBack(text, edits, original && textOf(original, path), path);
  for (const name of kept) notes.push(`${path}: kept ${name}: it has been changed since`);
  return changed;
}

function withoutRules({ path, edits }: FileState, text: string, notes: string[]): string {
  let changed = text;
  for (const edit of edits.filter(saysMoreThanProfile)) {
    const undone = undoRule(changed, edit, path);
    if (undone === changed && edit.now !== edit.was) notes.push(keptText(path, edit.path[1] ?? ''));
    changed = undone;
  }
  const others = edits.filter((edit) => !saysMoreThanProfile(edit));
  return withoutProfiles({ path, edits: others }, changed, notes);
}

function withoutProfiles(
  { path, edits }: Pick<FileState, 'path' | 'edits'>,
  text: string,
  notes: string[],
): string {
  const current = new Map(parseConfig(text, path).rules.map(({ key, rule }) => [key, rule.profile]));
  const [added, changed, removed] = [
    new Map<string, string>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ];
  let fallbackHelper: string | undefined;
  for (const {
    path: [section, key],
    now,
    was,
  } of edits) {
    if (section === 'fallback_helper') fallbackHelper = now ?? undefined;
    if (section !== 'registries' || key === undefined || now === was) continue;
    if (now === null) {
      if (was !== null && !current.has(key)) removed.set(key, was);
    } else if (was === null) added.set(key, now);
    else if (current.get(key) === now) changed.set(key, was);
    else if (current.has(key) && current.get(key) !== was) notes.push(keptText(path, key));
  }
  const without = removeFromConfig(text, { rules: added, fallbackHelper }, path);
  for (const key of added.keys()) if (without.includes(key)) notes.push(keptText(path, key));
  const back = changeProfiles(without, changed, path);
  return addToConfig(back, { rules: removed, fallbackHelper: undefined }, path);
}

function keptText(path: string, key: string): string {
  return `${path}: kept the rule for ${key}: it has been changed since`;
}

/** Whether a file that setup created has no content any more. */
function isBlank(text: string): boolean {
  return /^\s*(?:\{\s*\}\s*)?$/.test(text);
}
