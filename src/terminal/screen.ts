// What a command prints on: whether it is a terminal, its size, and whether it has colours.
import type { Writable } from 'node:stream';
import { createColors } from 'picocolors';
import type { Environment } from '../invocation.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Screen {
  isTerminal: boolean;
  /** Columns. */
  width: number;
  /** Lines; undefined for unlimited. */
  height: number | undefined;
  /** Whether it can show more than ASCII. */
  isUnicode: boolean;
  /** The text in this style, if the screen has colours. */
  paint(style: Style, text: string): string;
}

/** For all but terminals: a file, a pipe, a mail. */
const WIDTH = 80;
/** A narrower terminal wraps the lines itself: no table is readable there. */
const MIN_WIDTH = 60;

export function screenOf(stream: Writable, env: Environment): Screen {
  const terminal: Writable & Partial<{ isTTY: boolean; columns: number; rows: number }> = stream;
  // A dumb terminal (in an editor, say) shows text, but cannot overwrite it.
  const isTerminal = terminal.isTTY === true && env.TERM !== 'dumb';
  const colors = createColors(hasColour(isTerminal, env));
  return {
    isTerminal,
    width: Math.max(MIN_WIDTH, (isTerminal && terminal.columns) || WIDTH),
    height: isTerminal ? terminal.rows : undefined,
    isUnicode: isUnicode(env),
    paint: (style, text) => colors[style](text),
  };
}

/** https://no-color.org and https://force-color.org, in that order. */
function hasColour(isTerminal: boolean, { NO_COLOR, FORCE_COLOR }: Environment): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal;
}

/** As in the C library: the first of LC_ALL, LC_CTYPE and LANG that is set. Windows has none of them. */
function isUnicode({ TERM, LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  if (TERM === 'dumb') return false;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale ? /utf-?8/i.test(locale) : process.platform === 'win32';
}
