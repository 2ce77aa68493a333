// Prints a hint: each command is whole, on a line that is not wrapped.
import { type Hint, hintLines, hintText } from '../hint.ts';
import type { Screen } from './screen.ts';
import type { Note } from './table.ts';
import { widest } from './text-width.ts';

/** One command is on the same line as its text if there is room; else each command has its own line. */
export function hintNotes(hint: Hint, indent: number, { width }: Pick<Screen, 'width'>): Note[] {
  const line = hintText(hint);
  const fits = (hint.say ?? hint.by) === undefined || widest([line]) <= width - indent;
  if (hint.run !== undefined && hint.next === undefined && fits)
    return [{ note: line, indent, fit: 'whole' }];
  return hintLines(hint).map((line) =>
    line.startsWith('  ')
      ? { note: line.trimStart(), indent: indent + 2, fit: 'whole' }
      : { note: line, indent },
  );
}
