// Keeps V8 small in a process that holds a few kilobytes and lives for days.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The young generation stays at its first size, a megabyte. None of V8's optimizing compilers: their own code takes 10 MB as
 * soon as a loop is warm, to save a tenth of a millisecond for each `get`. V8's memory reducer wakes an idle process every
 * eight seconds, to find nothing.
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
