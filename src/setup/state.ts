// What setup remembers for its undo, without secrets: the changed files, their old hashes and backups, and edited keys.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';

const editSchema = z.strictObject({
  path: z.array(z.string()),
  /** What setup wrote; null if it removed the member. */
  now: z.nullable(z.string()),
  /** The old value; null if there was none, or if it was a credential, which only the backup has. */
  was: z.nullable(z.string()),
});

const fileSchema = z.strictObject({
  path: z.string(),
  kind: z.enum(['config', 'docker', 'drop-in']),
  /** SHA-256 before the first setup; null if there was no file. */
  before: z.nullable(z.string()),
  /** A copy of the file before the first setup; null if there was none. */
  backup: z.nullable(z.string()),
  /** SHA-256 after the last setup; null if another program changed the file between two setups. */
  after: z.nullable(z.string()),
  edits: z.array(editSchema),
});

const stateSchema = z.strictObject({
  version: z.literal(1),
  files: z.array(fileSchema),
  /** Folders that setup created. */
  folders: z._default(z.array(z.string()), []),
  /** Accounts that the user left out. */
  declined: z._default(z.array(z.string()), []),
});

export type Edit = z.infer<typeof editSchema>;
export type FileState = z.infer<typeof fileSchema>;
export type FileKind = FileState['kind'];
export type State = z.infer<typeof stateSchema>;

/**
 * Reads the file beside config.yaml; no `value` if there is none. @throws XacctError `file-access` if setup did not
 * write it.
 */
export function readState(configFile: string): {
  path: string;
  before: Snapshot | undefined;
  value: State | undefined;
} {
  const path = join(dirname(configFile), 'setup.json');
  const before = readSnapshot(path);
  if (before === undefined) return { path, before, value: undefined };
  const parsed = stateSchema.safeParse(jsonOf(textOf(before, path)));
  if (parsed.success) return { path, before, value: parsed.data };
  throw new XacctError(
    'file-access',
    `${path} is not what "ecr-xacct setup" wrote; without it, it cannot be undone`,
    {
      hint: { say: 'to start over', run: command`rm ${path}` },
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function stateText(state: State): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Merges the edits of an earlier setup with new ones: the first old value is kept, unless another program changed it
 * since.
 */
export function mergeEdits(earlier: readonly Edit[], added: readonly Edit[]): Edit[] {
  const merged = new Map(earlier.map((edit) => [JSON.stringify(edit.path), edit]));
  for (const edit of added) {
    const key = JSON.stringify(edit.path);
    const first = merged.get(key);
    const isOurs = first !== undefined && first.now === edit.was;
    merged.set(key, isOurs ? { ...edit, was: first.was } : edit);
  }
  return [...merged.values()];
}
