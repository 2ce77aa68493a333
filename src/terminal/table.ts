// Tables that fit the screen: no borders, so that `grep` and a mouse find what they look for; shown names stay readable.
import Table from 'cli-table3';
import { printable } from '../errors.ts';
import type { Screen, Style } from './screen.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /**
   * What becomes of its texts where the screen is too narrow: they are wrapped, or shortened in the middle (a hostname, an
   * identity: both ends say most). Without it they keep their width.
   */
  fit?: 'wrap' | 'shorten';
}

/** Made `printable` by the table: it may come from anywhere. */
export type Cell = string | { text: string; style: Style };

/** A line of its own over all columns, as wide as the screen; longer ones are wrapped, or shortened in the middle. */
export interface Note {
  note: Cell;
  /** Spaces before it. */
  indent?: number;
  fit?: 'wrap' | 'shorten';
}

/** The table's lines, each with its line break. A row has a cell for each column. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[] | Note)[],
  screen: Screen,
): string {
  const widths = fittingWidths(columns, rows.filter(isRow), screen.width);
  const rest = screen.width - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const drawn = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP.length },
    // Beside the columns one of nothing, for the notes to be as wide as the screen.
    colWidths: [...widths.map((width) => width + GAP.length), Math.max(0, rest) + GAP.length],
    colAligns: columns.map(({ align }) => align ?? 'left'),
    wordWrap: true,
  });
  const titles = columns.map(({ title }): Cell => ({ text: title, style: 'dim' }));
  for (const row of [titles, ...rows]) {
    if (isRow(row)) {
      const cells = row.map((cell, index) => fitted(cell, widths[index] ?? 0, columns[index]?.fit, screen));
      drawn.push([...cells, '']);
    } else drawn.push([{ colSpan: columns.length + 1, content: noteText(row, screen) }]);
  }
  return `${drawn.toString().replace(/ +$/gm, '')}\n`;
}

/** Notes alone, each with its line break. */
export function notes(lines: readonly Note[], screen: Screen): string {
  return lines.map((line) => `${noteText(line, screen)}\n`).join('');
}

/** At most `width` characters: where it is longer, its middle gives way to `…`. */
export function shorten(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}

const GAP = '  ';
/** Narrower than this, no cell can be read. */
const MIN_WIDTH = 12;
/** Of the names of actions, say. */
const MAX_WORD = 24;

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

function isRow(row: readonly Cell[] | Note): row is readonly Cell[] {
  return Array.isArray(row);
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text);
}

/** Each column as wide as its widest text, less what the screen has not: the widest of those that may shrink gives first. */
function fittingWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screenWidth: number,
): number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(...[title, ...rows.map((row) => textOf(row[index] ?? ''))].map((text) => [...text].length)),
  );
  const least = columns.map(({ fit }, index) =>
    fit === 'wrap' ? longestWord(rows.map((row) => textOf(row[index] ?? ''))) : MIN_WIDTH,
  );
  const tooWide = () =>
    widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - screenWidth;
  for (let excess = tooWide(); excess > 0; excess -= 1) {
    const shrinking = widths.map((width, index) =>
      columns[index]?.fit === undefined || width <= (least[index] ?? 0) ? 0 : width,
    );
    const widest = Math.max(...shrinking);
    if (widest === 0) break;
    widths[shrinking.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** What is wrapped keeps its words whole, as long as they are no hostnames. */
function longestWord(texts: readonly string[]): number {
  const words = texts.flatMap((text) => text.split(' ')).map((word) => [...word].length);
  return Math.min(Math.max(MIN_WIDTH, ...words), MAX_WORD);
}

function fitted(cell: Cell, width: number, fit: 'wrap' | 'shorten' | undefined, screen: Screen): string {
  const text = textOf(cell);
  const short = fit === 'wrap' ? shortenWords(text, width) : shorten(text, width);
  return typeof cell === 'string' ? short : screen.paint(cell.style, short);
}

/** A word that no line has room for, such as a hostname, would otherwise lose its end. */
function shortenWords(text: string, width: number): string {
  return text
    .split(' ')
    .map((word) => shorten(word, width))
    .join(' ');
}

function noteText({ note, indent = 0, fit = 'wrap' }: Note, screen: Screen): string {
  const width = screen.width - indent;
  const text = textOf(note);
  const lines = fit === 'wrap' ? wrap(shortenWords(text, width), width) : [shorten(text, width)];
  const painted = lines.map((line) => (typeof note === 'string' ? line : screen.paint(note.style, line)));
  return painted.map((line) => ' '.repeat(indent) + line).join('\n');
}

/** Here, and not by the library, which forgets the indent of the second line. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
