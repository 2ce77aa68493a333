// Shows a person that a command waits: a moving line on a terminal, else one plain line if the wait is long.
import type { Writable } from 'node:stream';
import { printable } from '../errors.ts';
import type { Environment, ShowWait } from '../invocation.ts';
import { screenOf } from './screen.ts';

/** Milliseconds. After typing a command, a person sees within this time that it works. */
const SHOWN_AFTER = 300;
/** Milliseconds. In a log, a line for a short wait would only be noise. */
const TOLD_AFTER = 3_000;
const SECOND = 1_000;

/** If several waits run at once, it shows the oldest and the number of the others. */
export function createWaits(stderr: Writable, env: Environment): ShowWait {
  // The spinner library does not animate if CI is set.
  const isMoving = screenOf(stderr, env).isTerminal && env.CI === undefined;
  const waits = new Set<Wait>();
  const text = () => textOf(waits);
  let end = () => {};
  return (what) => {
    const wait = { what: printable(what), since: performance.now() };
    waits.add(wait);
    if (waits.size === 1) end = isMoving ? moveLine(stderr, env, text) : tellOnce(stderr, text);
    return () => {
      if (waits.delete(wait) && waits.size === 0) end();
    };
  };
}

interface Wait {
  what: string;
  since: number;
}

function textOf(waits: ReadonlySet<Wait>): string {
  const [oldest, ...others] = waits;
  if (oldest === undefined) return '';
  const seconds = Math.floor((performance.now() - oldest.since) / SECOND);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${oldest.what}${more} …${seconds === 0 ? '' : ` ${seconds} s`}`;
}

/** The spinner and a space before the text, and one column after it, so that the line does not wrap. */
const BESIDE = 3;

/** @returns a function that removes the line. */
function moveLine(stderr: Writable, env: Environment, text: () => string): () => void {
  let isOver = false;
  let remove = () => {};
  const shown = setTimeout(async () => {
    const [{ default: createSpinner }, { shorten }] = await Promise.all([
      import('yocto-spinner'),
      import('./text-width.ts'),
    ]);
    if (isOver) return;
    // A wider text would wrap, and the spinner library erases only one line.
    const line = () => shorten(text(), screenOf(stderr, env).width - BESIDE);
    const spinner = createSpinner({ stream: stderr, text: line(), handleSignals: false }).start();
    const counting = setInterval(() => {
      spinner.text = line();
    }, SECOND / 4);
    // After a signal, the process must end by that signal, as without a line: only then does a shell loop
    // end.
    const release = onSignals(() => remove());
    remove = () => {
      release();
      clearInterval(counting);
      spinner.stop();
    };
  }, SHOWN_AFTER);
  return () => {
    isOver = true;
    clearTimeout(shown);
    remove();
  };
}

/** @returns a function that undoes this. */
function onSignals(before: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listeners = signals.map((signal) => {
    const listener = () => {
      before();
      process.kill(process.pid, signal);
    };
    process.once(signal, listener);
    return () => process.off(signal, listener);
  });
  process.once('exit', before);
  return () => {
    for (const release of listeners) release();
    process.off('exit', before);
  };
}

/** @returns a function that cancels the line. */
function tellOnce(stderr: Writable, text: () => string): () => void {
  const told = setTimeout(() => stderr.write(`${text()}\n`), TOLD_AFTER);
  return () => clearTimeout(told);
}
