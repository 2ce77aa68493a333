// Tables that fit the screen, without borders, so that `grep` and mouse selection work, and with readable names.
import { printable } from '../errors.ts';
import type { Screen, Style } from './screen.ts';
import { padded, shorten, widest, wrap } from './text-width.ts';

export interface Column {
  title: string;
  /** The minimum width, in columns. */
  least?: number;
  align?: 'left' | 'right';
  /**
   * How its texts fit a narrow screen: wrapped, or shortened in the middle (a hostname, an identity: the ends matter
   * most). Without it they keep their width.
   */
  fit?: 'wrap' | 'shorten';
}

/** The table makes it `printable`: the text may come from anywhere. */
export type Cell = string | { text: string; style: Style };

/**
 * A line across all columns, as wide as the screen; a longer text is wrapped, or shortened in the middle. A `whole`
 * text is one line at any width: a command to copy.
 */
export interface Note {
  note: Cell;
  /** Spaces before it. */
  indent?: number;
  fit?: 'wrap' | 'shorten' | 'whole';
}

/** The table's lines, each with its line break. A row has a cell for each column. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[] | Note)[],
  screen: Screen,
): string {
  const widths = fittingWidths(columns, rows.filter(isRow), screen.width);
  const titles = columns.map(({ title }): Cell => ({ text: title, style: 'dim' }));
  return [titles, ...rows]
    .map((row) => (isRow(row) ? rowText(row, columns, widths, screen) : noteText(row, screen)))
    .join('');
}

/** Notes alone, each with its line break. */
export function notes(lines: readonly Note[], screen: Screen): string {
  return lines.map((line) => noteText(line, screen)).join('');
}

const GAP = '  ';
/** A narrower cell is unreadable. */
const MIN_WIDTH = 12;
/** The names of actions, for example. */
const MAX_WORD = 24;

function isRow(row: readonly Cell[] | Note): row is readonly Cell[] {
  return Array.isArray(row);
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text);
}

/**
 * Each column is as wide as its widest text; if the screen is too narrow, the widest column that may shrink shrinks
 * first.
 */
function fittingWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screenWidth: number,
): number[] {
  const gaps = GAP.length * (columns.length - 1);
  const laid = columns.map(({ title, fit, least = 0 }, index) => {
    const texts = [title, ...rows.map((row) => textOf(row[index] ?? ''))];
    const width = Math.max(widest(texts), least);
    return { width, least: fit === undefined ? width : fit === 'wrap' ? longestWord(texts) : MIN_WIDTH };
  });
  const wanted = laid.reduce((sum, { width }) => sum + width, gaps);
  for (let excess = wanted - screenWidth; excess > 0; excess -= 1) {
    const [widestOfAll] = laid
      .filter(({ width, least }) => width > least)
      .toSorted((one, other) => other.width - one.width);
    if (widestOfAll === undefined) break;
    widestOfAll.width -= 1;
  }
  return laid.map(({ width }) => width);
}

/** Wrapped texts keep words whole, unless a word is too long (a hostname). */
function longestWord(texts: readonly string[]): number {
  return Math.min(Math.max(MIN_WIDTH, widest(texts.flatMap((text) => text.split(' ')))), MAX_WORD);
}

function rowText(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  screen: Screen,
): string {
  const cells = row.map((cell, index) => fitted(cell, widths[index] ?? 0, columns[index]?.fit, screen));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map((lines, index) =>
      padded(lines[line] ?? '', widths[index] ?? 0, columns[index]?.align),
    );
    return `${texts.join(GAP).trimEnd()}\n`;
  }).join('');
}

function noteText({ note, indent = 0, fit = 'wrap' }: Note, screen: Screen): string {
  const isWhole = fit === 'whole';
  const width = isWhole ? Number.POSITIVE_INFINITY : screen.width - indent;
  const lines = fitted(note, width, isWhole ? 'shorten' : fit, screen);
  return lines.map((line) => `${`${' '.repeat(indent)}${line}`.trimEnd()}\n`).join('');
}

/** The lines of the cell, in its style. */
function fitted(cell: Cell, width: number, fit: Column['fit'], { paint }: Screen): string[] {
  const text = textOf(cell);
  const lines = fit === 'wrap' ? wrap(text, width) : [shorten(text, width)];
  return typeof cell === 'string' ? lines : lines.map((line) => paint(cell.style, line));
}
