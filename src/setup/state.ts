// What setup remembers, for its undo: which files it changed, what they were, and which keys it touched. No secrets.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';

const editSchema = z.strictObject({
  path: z.array(z.string()),
  /** What setup put there; null where it took the member out. */
  now: z.nullable(z.string()),
  /** What was there before; null where nothing was, or a credential, which only the backup has. */
  was: z.nullable(z.string()),
});

const fileSchema = z.strictObject({
  path: z.string(),
  kind: z.enum(['config', 'docker', 'drop-in']),
  /** SHA-256 before the first setup; null where there was no file. */
  before: z.nullable(z.string()),
  /** A copy of the file before the first setup; null where there was none. */
  backup: z.nullable(z.string()),
  /** SHA-256 after the last setup; null where another program changed the file between two of them. */
  after: z.nullable(z.string()),
  edits: z.array(editSchema),
});

const stateSchema = z.strictObject({
  version: z.literal(1),
  files: z.array(fileSchema),
  /** Folders that setup made. */
  folders: z._default(z.array(z.string()), []),
  /** Accounts that the user left out. */
  declined: z._default(z.array(z.string()), []),
});

export type Edit = z.infer<typeof editSchema>;
export type FileState = z.infer<typeof fileSchema>;
export type FileKind = FileState['kind'];
export type State = z.infer<typeof stateSchema>;

/** Beside config.yaml; no `value` where there is none. @throws XacctError `file-access` where it is not what setup wrote. */
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

/** The edits of an earlier setup and of this one: what was there first stays, unless another program changed it since. */
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
