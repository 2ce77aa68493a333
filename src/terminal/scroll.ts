// A text that may be higher than the window: the part of it that is shown, and the keys that move it.

/** As terminals send them, and as `less` has them. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (PC-Style Function Keys) */
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

/** The keys of what was typed, each as the terminal sends it: several may come at once. */
export function keysIn(typed: string): string[] {
  return typed.match(KEY) ?? [];
}

/** Of control characters, only Escape goes on. */
const KEY = /\p{Cc}(?:\[[\d;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu;

export function moveOf(key: string): Move | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** The line that is shown first after a move; of `lines`, `height` are shown at once. */
export function scrolled(top: number, move: Move, lines: number, height: number): number {
  const last = Math.max(0, lines - height);
  // A line of the page before stays, to read on from.
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

/** Blank line and footer, and the line that the cursor is left in. */
const BELOW = 3;

export interface Page {
  /** The line of the text that is shown first: another than was wanted where the text or the window has changed. */
  top: number;
  lines: readonly string[];
  /** How many lines of the text are shown at once. */
  height: number;
}

/** `windowHeight`: lines of the window; undefined where there is no end. */
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
