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

/** Of several waits at once the latest is shown, and how many more there are. */
export function createWaits(stderr: Writable, env: Environment): ShowWait {
  // Its library leaves a terminal alone where CI is set.
  const isMoving = screenOf(stderr, env).isTerminal && env.CI === undefined;
  return isMoving ? movingLine(stderr) : plainLines(stderr);
}

interface Wait {
  what: string;
  since: number;
}

function movingLine(stderr: Writable): ShowWait {
  const waits = new Set<Wait>();
  let end = () => {};
  return (what) => {
    const wait = { what: printable(what), since: performance.now() };
    waits.add(wait);
    if (waits.size === 1) end = startLine(stderr, () => textOf(waits));
    return () => {
      if (waits.delete(wait) && waits.size === 0) end();
    };
  };
}

/** @returns what takes it away. */
function startLine(stderr: Writable, text: () => string): () => void {
  let isOver = false;
  let remove = () => {};
  const shown = setTimeout(async () => {
    const { default: createSpinner } = await import('yocto-spinner');
    if (isOver) return;
    const spinner = createSpinner({ stream: stderr, text: text() }).start();
    const counting = setInterval(() => {
      spinner.text = text();
    }, SECOND / 4);
    remove = () => {
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

function textOf(waits: ReadonlySet<Wait>): string {
  const all = [...waits];
  const latest = all.at(-1);
  if (latest === undefined) return '';
  const others = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
  // As long as any of them has lasted: what is asked of many at once does not begin again with each.
  const seconds = Math.floor((performance.now() - Math.min(...all.map(({ since }) => since))) / SECOND);
  return `${latest.what}${others} … ${seconds === 0 ? '' : `${seconds} s`}`;
}

function plainLines(stderr: Writable): ShowWait {
  return (what) => {
    const told = setTimeout(() => stderr.write(`${printable(what)} …\n`), TOLD_AFTER);
    return () => clearTimeout(told);
  };
}
