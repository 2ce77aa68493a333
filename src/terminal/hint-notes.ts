// A hint on a screen: its command is in one line, to be copied whole.
import { type Hint, hintText } from '../hint.ts';
import type { Screen } from './screen.ts';
import type { Note } from './table.ts';
import { widest } from './text-width.ts';

/** In one line where there is room for it; else what is said of the command goes before it. */
export function hintNotes(hint: Hint, indent: number, { width }: Pick<Screen, 'width'>): Note[] {
  const { say, run, by, next } = hint;
  const line = hintText(hint);
  if (run === undefined) return [{ note: line, indent }];
  const fits = widest([line]) <= width - indent;
  if (fits || (say === undefined && by === undefined)) return [{ note: line, indent, fit: 'whole' }];
  const lead = by === undefined ? say : `${say === undefined ? '' : `${say}; `}${by} runs:`;
  const command = hintText({ run, ...(next && { next }) });
  return [
    { note: /[:?]$/.test(lead ?? '') ? `${lead}` : `${lead}:`, indent },
    { note: by === undefined ? command : command.replace(/^run: /, ''), indent, fit: 'whole' },
  ];
}
