// What a person sees of a wait: a line that moves, on a terminal; elsewhere a plain line, where the wait is long.
import type { Writable } from 'node:stream';
import { printable } from '../errors.ts';
import type { Environment, ShowWait } from '../invocation.ts';
import { screenOf } from './screen.ts';

/** Milliseconds. A person who has typed something sees that it works within this time. */
const SHOWN_AFTER = 300;
/** In a log, what is done in a moment would only be noise. */
const TOLD_AFTER = 3_000;
const SECOND = 1_000;

/** Of several waits at once the oldest is shown, and how many more there are. */
export function createWaits(stderr: Writable, env: Environment): ShowWait {
  // Its library leaves a terminal alone where CI is set.
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

/** The spinner and a blank before the text, and the column behind it, which would begin the next line. */
const BESIDE = 3;

/** @returns what takes it away. */
function moveLine(stderr: Writable, env: Environment, text: () => string): () => void {
  let isOver = false;
  let remove = () => {};
  const shown = setTimeout(async () => {
    const [{ default: createSpinner }, { shorten }] = await Promise.all([
      import('yocto-spinner'),
      import('./text-width.ts'),
    ]);
    if (isOver) return;
    // A wider text would wrap, and its library erases one line.
    const line = () => shorten(text(), screenOf(stderr, env).width - BESIDE);
    const spinner = createSpinner({ stream: stderr, text: line(), handleSignals: false }).start();
    const counting = setInterval(() => {
      spinner.text = line();
    }, SECOND / 4);
    // Of a signal this process is to die as if nothing had been shown: a loop of the shell ends only then.
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

/** @returns what undoes it. */
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

/** @returns what keeps it from being told. */
function tellOnce(stderr: Writable, text: () => string): () => void {
  const told = setTimeout(() => stderr.write(`${text()}\n`), TOLD_AFTER);
  return () => clearTimeout(told);
}
