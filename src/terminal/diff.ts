// A change as a unified diff.
import { structuredPatch } from 'diff';
import { printable } from '../errors.ts';
import type { Screen } from './screen.ts';

export interface Change {
  /** What changes: a path, or another name. */
  name: string;
  /** Undefined if there is nothing. */
  before: string | undefined;
  after: string | undefined;
}

export function diffText({ name, before, after }: Change, { paint }: Screen): string {
  const pieces = name.endsWith('.json') ? JSON_PIECES : TABS;
  const { hunks } = structuredPatch('', '', before ?? '', after ?? '');
  const lines = [
    paint('bold', `--- ${before === undefined ? '/dev/null' : printable(name)}`),
    paint('bold', `+++ ${after === undefined ? '/dev/null' : printable(name)}`),
  ];
  for (const { oldStart, oldLines, newStart, newLines, lines: changed } of hunks) {
    lines.push(paint('cyan', `@@ -${rangeText(oldStart, oldLines)} +${rangeText(newStart, newLines)} @@`));
    for (const line of changed.map((line) => printableLine(line, pieces))) {
      const style = ({ '+': 'green', '-': 'red' } as const)[line.charAt(0)];
      lines.push(style === undefined ? line : paint(style, line));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** For zero lines, the diff format uses the line before: `0,0` for an empty file. */
function rangeText(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Docker indents with tabs. */
const TABS = /(\t)/;
/** Each string is a piece of its own: a whole file may be one line, and only the quotes show where a URL ends. */
const JSON_PIECES = /(\t|"(?:[^"\\]|\\.)*(?:"|\\?$))/s;

function printableLine(line: string, pieces: RegExp): string {
  const texts = line.replace(/\r$/, '').split(pieces);
  return texts.map((text) => (text === '\t' ? text : printable(text))).join('');
}
