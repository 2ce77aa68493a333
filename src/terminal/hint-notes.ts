// A hint on a screen: each command is whole, in a line that is not wrapped.
import { type Hint, hintLines, hintText } from '../hint.ts';
import type { Screen } from './screen.ts';
import type { Note } from './table.ts';
import { widest } from './text-width.ts';

/** One command is in one line with what is said of it, where there is room; else each is on a line of its own. */
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
