// Inside a process of its own: reads one large file and writes what it says, line by line.
import { writeSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { readConfigAt } from '../config/config-reader.ts';
import { errorFields, orError, XacctError } from '../errors.ts';
import { RESULT_FD } from '../os/inherited-fds.ts';
import { readSectionsAt } from '../profiles/profiles.ts';
import { LINES } from './parsed-lines.ts';

/** The last line: whether all of it was written, or why there is nothing. */
export type LastLine = { end: true } | { error: ReturnType<typeof errorFields> };

/** `args`: which of `Parsed`, and the path. */
export async function runParser([what, path = '']: readonly string[]): Promise<void> {
  // What others wait for comes first.
  setPriority(constants.priority.PRIORITY_LOW);
  const lines = await orError(() => linesOf(what, path));
  const end: LastLine = lines instanceof XacctError ? { error: errorFields(lines) } : { end: true };
  if (!(lines instanceof XacctError)) for (const line of lines) write(line);
  write(end);
}

/** @throws XacctError what is wrong with the file */
function linesOf(what: string | undefined, path: string): Iterable<unknown> {
  if (what === 'config' || what === 'system-config') return LINES[what](readConfigAt(path, what));
  return LINES.sections(readSectionsAt(path));
}

function write(line: unknown): void {
  writeSync(RESULT_FD, `${JSON.stringify(line)}\n`);
}
