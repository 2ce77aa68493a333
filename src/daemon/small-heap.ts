// Keeps V8's heap small in a process that holds a few kilobytes for days.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The young generation stays at its first size, a megabyte. V8's optimizing compilers are off: their own code takes up
 * to 13 MB as soon as a loop is warm. They would halve the time of the thousandth `get` in a row, but not of an
 * occasional one, which waits for memory. V8's memory reducer would wake an idle process every eight seconds for
 * nothing.
 */
const FLAGS = ['--semi-space-growth-factor=1', '--no-maglev', '--no-opt', '--no-memory-reducer'];

/**
 * Set at run time, because a single executable accepts no V8 flags on its command line. Call it after everything is
 * loaded: cached compiled code is valid only for the same flags.
 */
export function keepHeapSmall(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}

/**
 * Collects garbage and returns its pages to the system, which zeroes them. A string cannot be overwritten, so this is
 * the only way to erase one. Takes some tens of milliseconds. The flag only adds `gc` to new contexts.
 */
export function giveBackGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  // The only kind that keeps no page for later.
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** After this time without a request, a caller is unlikely to wait for the collection. */
const QUIET_MS = 500;
/** V8 drops the code of a function that has not run for three or four collections. */
const COLLECTIONS = 4;
/** Freeing less is not worth the time. Bytes. */
const WORTH = 2 * 1024 * 1024;

/**
 * Call it with each connection. When all connections are closed and it is quiet, it returns memory to the system: after
 * the start, and later after many requests. It repeats this a few times, half a second apart, to drop the code that no
 * longer runs. Never during a request, whose strings would move to the old generation and stay.
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

/** Bytes that V8 has from the system, and that it holds outside its heap. */
function heapSize(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}
