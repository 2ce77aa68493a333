// What setup is about to change, as a unified diff that shows no secret.
import { structuredPatch } from 'diff';
import pc from 'picocolors';
import { redactJson } from '../docker/redact.ts';
import { printable } from '../errors.ts';
import type { FileChange } from './setup-changes.ts';

/** @param isColoured only for a terminal whose user has not said NO_COLOR. */
export function diffText({ path, kind, before, after }: FileChange, isColoured: boolean): string {
  const colours = pc.createColors(isColoured);
  const shown = (bytes: Uint8Array | undefined) => {
    const text = new TextDecoder().decode(bytes);
    return kind === 'docker' ? redactJson(text) : text;
  };
  const { hunks } = structuredPatch('', '', shown(before?.bytes), shown(after));
  const lines = [
    colours.bold(`--- ${before === undefined ? '/dev/null' : printable(path)}`),
    colours.bold(`+++ ${after === undefined ? '/dev/null' : printable(path)}`),
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
