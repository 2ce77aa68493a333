// Inside a parser process: reads one large file and writes its content, line by line.
import { writeSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { readConfigAt } from '../config/config-reader.ts';
import { errorFields, orError, XacctError } from '../errors.ts';
import { RESULT_FD } from '../os/inherited-fds.ts';
import { readSectionsAt } from '../profiles/profiles.ts';
import { LINES } from './parsed-lines.ts';

/** The last line: everything was written, or the error. */
export type LastLine = { end: true } | { error: ReturnType<typeof errorFields> };

/** `args`: a name of `Parsed`, and the path. */
export async function runParser([what, path = '']: readonly string[]): Promise<void> {
  // Other processes come first: callers wait for them.
  setPriority(constants.priority.PRIORITY_LOW);
  const lines = await orError(() => linesOf(what, path));
  const end: LastLine = lines instanceof XacctError ? { error: errorFields(lines) } : { end: true };
  if (!(lines instanceof XacctError)) for (const line of lines) write(line);
  write(end);
}

/** @throws XacctError for a fault of the file */
function linesOf(what: string | undefined, path: string): Iterable<unknown> {
  if (what === 'config' || what === 'system-config') return LINES[what](readConfigAt(path, what));
  return LINES.sections(readSectionsAt(path));
}

function write(line: unknown): void {
  writeSync(RESULT_FD, `${JSON.stringify(line)}\n`);
}
