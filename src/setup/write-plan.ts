// Executes a plan: shows it, asks, writes, and plans again if another program changed a file first.

import { dirname } from 'node:path';
import { configPath, isSystemConfig } from '../config/paths.ts';
import type { DockerUser } from '../docker/config-file.ts';
import { printable, XacctError } from '../errors.ts';
import { type Command, type Hint, shellWord } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { uninterrupted } from '../os/uninterrupted.ts';
import { isConfirmed, type Terminal } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import type { FileChange } from './file-change.ts';
import { pause } from './pause.ts';
import type { FileWrite } from './prepare-file.ts';
import { fileDiffText, notesText } from './setup-text.ts';
import { writeFiles } from './write-files.ts';

/** One run of setup, or of its undo. */
export interface Session {
  run: Run;
  user: DockerUser;
  terminal: Terminal;
  /** The command as it was typed. */
  words: Command;
  isDryRun: boolean;
  asks: boolean;
  /** Whether every user of the machine may read the files. */
  isPublic: boolean;
}

export interface WritePlan {
  changes: readonly FileChange[];
  notes: readonly (string | Hint)[];
  /** The changes, backups and notes. Empty if nothing changes. */
  writes: readonly FileWrite[];
  /** Whether only setup's own notes change: then it asks nothing. */
  isMemoryOnly?: boolean;
}

/** Some seconds of attempts: a program that still writes after that is not just another `docker login`. */
const TRIES = 200;

/**
 * `plan` reads the files as they are at that moment.
 * @throws XacctError `cancelled` if the user says no; `file-access`, also if root would write in another user's folder.
 */
export async function writePlan(
  session: Session,
  plan: () => WritePlan,
): Promise<'written' | 'shown' | 'nothing'> {
  const { stdout } = session.run.streams;
  let changed: string | undefined;
  let shown = '';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { changes, notes, writes: planned, isMemoryOnly = false } = plan();
    const { env } = session.user;
    const machineFolder = isSystemConfig(env) ? dirname(configPath(env) ?? '') : undefined;
    const writes = planned.map((write) => ({
      ...write,
      isPublic: session.isPublic || dirname(write.path) === machineFolder,
    }));
    if (writes.length === 0 || isMemoryOnly) {
      if (!session.isDryRun) {
        refuseForeign(writes, session.user.home, session.words);
        // If another program has changed a file meanwhile, the next setup stores the notes.
        await uninterrupted(() => writeFiles(writes));
      }
      stdout.write(`${notesText(notes)}Nothing to change.\n`);
      return 'nothing';
    }
    const text = planText(session, { changes, notes });
    if (!session.isDryRun) refuseForeign(writes, session.user.home, session.words);
    const isNews = text !== shown;
    if (isNews) stdout.write(`${changed === undefined ? '' : meanwhileText(changed)}${text}`);
    shown = text;
    if (session.isDryRun) {
      stdout.write('Nothing was changed: this was a dry run.\n');
      return 'shown';
    }
    if (session.asks && isNews && !(await isConfirmed('Change these files?', session.terminal))) {
      throw new XacctError('declined', 'cancelled: nothing was changed');
    }
    changed = await uninterrupted(() => writeFiles(writes));
    if (changed === undefined) {
      const copies = copiesText(writes);
      // A plan ends with an empty line, an answer to a question does not.
      stdout.write(copies === '' && !session.asks ? '' : `${copies}\n`);
      return 'written';
    }
    await pause();
  }
  const message = `${changed} is changed all the time by another program; nothing was changed`;
  throw new XacctError('file-access', message, { hint: { say: 'when that has ended', run: session.words } });
}

function planText({ run, user }: Session, { changes, notes }: Omit<WritePlan, 'writes'>): string {
  const screen = screenOf(run.streams.stdout, user.env);
  const diffs = changes.map((change) => `${fileDiffText(change, screen)}\n`).join('');
  return `${diffs}${notes.length > 0 ? `${notesText(notes)}\n` : ''}`;
}

function meanwhileText(path: string): string {
  return `${printable(path)} was changed by another program meanwhile. With that:\n\n`;
}

function copiesText(writes: readonly FileWrite[]): string {
  return writes
    .filter(({ path, before, after }) => path.includes('.before-ecr-xacct') && !before && after)
    .map(({ path }) => `Kept a copy of what was there: ${shellWord(path)}\n`)
    .join('');
}
