// Shows something again and again: in place on a terminal, as `top` does, else one text after another.
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { abortable } from '../os/abortable.ts';
import type { Screen } from './screen.ts';
import { keysIn, moveOf, pageOf, scrolled } from './scroll.ts';

/** Resolves when it is time for the next text, or at once when the signal aborts. */
export type Pause = (signal: AbortSignal) => Promise<unknown>;

export interface WatchStreams {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown };
  stdout: Writable;
}

const INTERVAL_MS = 2_000;
const everyTwoSeconds: Pause = (signal) => setTimeout(INTERVAL_MS, undefined, { signal }).catch(() => {});

/** In raw mode, Ctrl-C is an ordinary key. */
const ENDING_KEYS = ['q', 'Q', '\x03'];

/**
 * Control sequences: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html. The alternate screen keeps the terminal's
 * content.
 */
const ENTER = '\x1b[?1049h\x1b[?25l';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K\r\n';
const ERASE_BELOW = '\x1b[J';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/**
 * Runs until q, Ctrl-C, a terminating signal, or until stdout closes. `screen` is called each time, because the window
 * may change. Without it, or without a terminal, each text follows the one before. A text higher than the window can be
 * scrolled.
 */
export async function watch(
  draw: () => Promise<string>,
  { stdin, stdout }: WatchStreams,
  screen: (() => Screen) | undefined,
  pause: Pause = everyTwoSeconds,
): Promise<void> {
  const ended = new AbortController();
  const isRedrawn = screen?.().isTerminal === true;
  let text = '';
  let top = 0;
  const show = () => {
    const page = pageOf(text, top, screen?.().height);
    top = page.top;
    stdout.write(`${HOME}${page.lines.join(END_OF_LINE)}${END_OF_LINE}${ERASE_BELOW}`);
  };
  const onKey = (key: string) => {
    if (ENDING_KEYS.includes(key)) return ended.abort();
    const move = moveOf(key);
    if (move === undefined) return;
    const { height } = pageOf(text, top, screen?.().height);
    top = scrolled(top, move, text.trimEnd().split('\n').length, height);
    show();
  };
  const release = listen({ stdin, stdout }, isRedrawn, () => ended.abort(), onKey);
  if (isRedrawn) stdout.write(ENTER);
  try {
    while (!ended.signal.aborted) {
      const drawn = await abortable(draw(), ended.signal).catch(() => undefined);
      if (drawn === undefined) break;
      text = drawn;
      if (isRedrawn) show();
      else stdout.write(text);
      // The text depends on the width.
      const resized = new AbortController();
      const onResize = () => resized.abort();
      if (isRedrawn) stdout.once('resize', onResize);
      await pause(AbortSignal.any([ended.signal, resized.signal]));
      stdout.off('resize', onResize);
    }
  } finally {
    if (isRedrawn) stdout.write(LEAVE);
    release();
  }
}

/**
 * Reads keys only from a terminal: a program in the background must not change it. @returns a function that undoes
 * this.
 */
function listen(
  { stdin, stdout }: WatchStreams,
  isRedrawn: boolean,
  end: () => void,
  onKey: (key: string) => void,
): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  stdout.once('error', end).once('close', end);
  const hasKeys = isRedrawn && stdin.isTTY === true;
  const onTyped = (typed: Buffer) => {
    for (const key of keysIn(typed.toString())) onKey(key);
  };
  if (hasKeys) {
    stdin.setRawMode?.(true);
    stdin.on('data', onTyped).resume();
  }
  return () => {
    for (const signal of signals) process.off(signal, end);
    stdout.off('error', end).off('close', end);
    if (!hasKeys) return;
    stdin.off('data', onTyped).pause();
    stdin.setRawMode?.(false);
  };
}
