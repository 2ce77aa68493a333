// Keeps V8 small in a process that holds a few kilobytes and lives for days.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The young generation stays at its first size, a megabyte. None of V8's optimizing compilers: their own code takes up to 13 MB as
 * soon as a loop is warm. They would halve the time of the thousandth `get` in a row, and none of one now and then, which waits
 * for memory. V8's memory reducer wakes an idle process every eight seconds, to find nothing.
 */
const FLAGS = ['--semi-space-growth-factor=1', '--no-maglev', '--no-opt', '--no-memory-reducer'];

/**
 * Set while running, because a single executable takes no flags of V8 on its command line. To be called once everything is
 * loaded: compiled code that was kept is good for the same flags only.
 */
export function keepHeapSmall(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}

/**
 * Collects what is no longer used, and gives its pages back to the system, which zeroes them: the one way to be rid of a string,
 * which cannot be overwritten. It takes some tens of milliseconds. The flag changes nothing but that a new context has `gc`.
 */
export function giveBackGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  // Of its kinds, the only one that keeps no page for later.
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Without a request for so long, no caller is likely to wait for it. */
const QUIET_MS = 500;
/** V8 drops the code of functions that do not run after the third or fourth. */
const COLLECTIONS = 4;
/** Less is not worth the tens of milliseconds. Bytes. */
const WORTH = 2 * 1024 * 1024;

/**
 * To be called with each connection. When all are closed and it is quiet, what the start has left, and later what many requests
 * have, is given back: once, and a few times more, half a second apart, for the code that ran only then. Not beside a request:
 * its strings would be moved to where they stay.
 */
export function createHeapTidier(): (connection: {
  once(event: 'close', listener: () => void): unknown;
}) => void {
  let requests = 0;
  let open = 0;
  let left = COLLECTIONS;
  let least = Number.POSITIVE_INFINITY;
  let isWaiting = false;
  const look = (seen: number) => {
    isWaiting = false;
    if (open > 0) return;
    if (requests !== seen) return wait();
    if (left === 0 && heapSize() > least + WORTH) left = COLLECTIONS;
    if (left === 0) return;
    giveBackGarbage();
    left -= 1;
    least = heapSize();
    wait();
  };
  const wait = () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(look, QUIET_MS, requests).unref();
  };
  return (connection) => {
    requests += 1;
    open += 1;
    connection.once('close', () => {
      open -= 1;
      wait();
    });
  };
}

/** Bytes that V8 has from the system, and what it keeps elsewhere. */
function heapSize(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}
