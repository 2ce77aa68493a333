// Keeps V8 small in a process that holds a few kilobytes and lives for days.
import { setFlagsFromString } from 'node:v8';

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
