// Scrolls a text that is higher than the window: the visible part, and the keys that move it.

/**
 * The codes that terminals send, and the keys of `less`. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 * (PC-Style Function Keys)
 */
const KEYS: Readonly<Record<string, Move>> = {
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  k: 'up',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  j: 'down',
  '\r': 'down',
  '\x1b[5~': 'page up',
  b: 'page up',
  '\x1b[6~': 'page down',
  ' ': 'page down',
  f: 'page down',
  '\x1b[H': 'top',
  '\x1bOH': 'top',
  '\x1b[1~': 'top',
  g: 'top',
  '\x1b[F': 'end',
  '\x1bOF': 'end',
  '\x1b[4~': 'end',
  G: 'end',
};

export type Move = 'up' | 'down' | 'page up' | 'page down' | 'top' | 'end';

/** Splits typed input into keys, each as the terminal sends it: several may arrive at once. */
export function keysIn(typed: string): string[] {
  return typed.match(KEY) ?? [];
}

/** Among the control characters, only Escape begins a sequence. */
const KEY = /\p{Cc}(?:\[[\d;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu;

export function moveOf(key: string): Move | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** The first visible line after a move; `height` of the `lines` are visible at once. */
export function scrolled(top: number, move: Move, lines: number, height: number): number {
  const last = Math.max(0, lines - height);
  // One line of the previous page stays visible.
  const page = Math.max(1, height - 1);
  const wanted = {
    up: top - 1,
    down: top + 1,
    'page up': top - page,
    'page down': top + page,
    top: 0,
    end: last,
  }[move];
  return Math.min(last, Math.max(0, wanted));
}

/** A blank line, the footer, and the line with the cursor. */
const BELOW = 3;

export interface Page {
  /** The first visible line; differs from the requested one if the text or the window has changed. */
  top: number;
  lines: readonly string[];
  /** How many lines of the text are visible at once. */
  height: number;
}

/** `windowHeight`: lines of the window; undefined for unlimited. */
export function pageOf(text: string, top: number, windowHeight: number | undefined): Page {
  const lines = text.trimEnd().split('\n');
  const height = Math.max(1, (windowHeight ?? lines.length + BELOW) - BELOW);
  const shownFirst = Math.max(0, Math.min(top, lines.length - height));
  const shown = lines.slice(shownFirst, shownFirst + height);
  const isWhole = shown.length === lines.length;
  const where = `${shownFirst + 1}-${shownFirst + shown.length} of ${lines.length}`;
  const footer = isWhole ? 'q or Ctrl-C ends it.' : `Lines ${where}. Arrows, PgUp, PgDn scroll; q ends it.`;
  return { top: shownFirst, lines: [...shown, '', footer], height };
}
