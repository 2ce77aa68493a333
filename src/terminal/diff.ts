// A change as a unified diff.
import { structuredPatch } from 'diff';
import pc from 'picocolors';
import { printable } from '../errors.ts';

export interface Change {
  /** What is changed: a path, or the name of something else. */
  name: string;
  /** Undefined where there is nothing. */
  before: string | undefined;
  after: string | undefined;
}

/** @param isColoured only for a terminal whose user has not said NO_COLOR. */
export function diffText({ name, before, after }: Change, isColoured: boolean): string {
  const colours = pc.createColors(isColoured);
  const { hunks } = structuredPatch('', '', before ?? '', after ?? '');
  const lines = [
    colours.bold(`--- ${before === undefined ? '/dev/null' : printable(name)}`),
    colours.bold(`+++ ${after === undefined ? '/dev/null' : printable(name)}`),
  ];
  for (const { oldStart, oldLines, newStart, newLines, lines: changed } of hunks) {
    lines.push(colours.cyan(`@@ -${rangeText(oldStart, oldLines)} +${rangeText(newStart, newLines)} @@`));
    for (const line of changed) lines.push(paint(printableLine(line), colours));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Where there are no lines, it is the line before that counts: `0,0` of an empty file. */
function rangeText(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function paint(line: string, { green, red }: ReturnType<typeof pc.createColors>): string {
  if (line.startsWith('+')) return green(line);
  return line.startsWith('-') ? red(line) : line;
}

/** With its tabs, by which Docker indents. */
function printableLine(line: string): string {
  return line.replace(/\r$/, '').split('\t').map(printable).join('\t');
}
