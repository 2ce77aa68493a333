// Shows something again and again: on a terminal in its place, as `top` does; elsewhere one after another.
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { abortable } from '../os/abortable.ts';
import type { Screen } from './screen.ts';

/** Resolves when it is time to show it again, or at once when the signal ends it all. */
export type Pause = (signal: AbortSignal) => Promise<unknown>;

export interface WatchStreams {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown };
  stdout: Writable;
}

const INTERVAL_MS = 2_000;
const everyTwoSeconds: Pause = (signal) => setTimeout(INTERVAL_MS, undefined, { signal }).catch(() => {});

/** In raw mode Ctrl-C is a key like any other. */
const ENDING_KEYS = ['q', 'Q', '\x03'];

/** Control sequences: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html. Another screen, so that the terminal's own stays. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K\r\n';
const ERASE_BELOW = '\x1b[J';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/**
 * Until q, Ctrl-C, a signal to end, or until nobody reads it any more. `screen` is asked each time, because a window changes;
 * without it, or where it is no terminal, each text follows the one before.
 */
export async function watch(
  draw: () => Promise<string>,
  { stdin, stdout }: WatchStreams,
  screen: (() => Screen) | undefined,
  pause: Pause = everyTwoSeconds,
): Promise<void> {
  const ended = new AbortController();
  const isRedrawn = screen?.().isTerminal === true;
  const release = onEnd(stdin, stdout, isRedrawn, () => ended.abort());
  if (isRedrawn) stdout.write(ENTER);
  try {
    while (!ended.signal.aborted) {
      const text = await abortable(draw(), ended.signal).catch(() => undefined);
      if (text === undefined) break;
      stdout.write(isRedrawn ? page(text, screen?.()) : text);
      await pause(ended.signal);
    }
  } finally {
    if (isRedrawn) stdout.write(LEAVE);
    release();
  }
}

/** Keys count where they are typed at us: a program in the background must not change the terminal. @returns what undoes it. */
function onEnd(
  stdin: WatchStreams['stdin'],
  stdout: Writable,
  isRedrawn: boolean,
  end: () => void,
): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  stdout.once('error', end).once('close', end);
  const hasKeys = isRedrawn && stdin.isTTY === true;
  const onKey = (key: Buffer) => {
    if (ENDING_KEYS.some((ending) => key.includes(ending))) end();
  };
  if (hasKeys) {
    stdin.setRawMode?.(true);
    stdin.on('data', onKey).resume();
  }
  return () => {
    for (const signal of signals) process.off(signal, end);
    stdout.off('error', end).off('close', end);
    if (!hasKeys) return;
    stdin.off('data', onKey).pause();
    stdin.setRawMode?.(false);
  };
}

function page(text: string, screen: Screen | undefined): string {
  const lines = [...text.trimEnd().split('\n'), '', 'q or Ctrl-C ends it.'];
  const height = screen?.height ?? lines.length + 1;
  const shown = lines.length < height ? lines : [...lines.slice(0, height - 2), '… (the window is too low)'];
  return `${HOME}${shown.join(END_OF_LINE)}${END_OF_LINE}${ERASE_BELOW}`;
}
