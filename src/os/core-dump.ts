// Keeps this process's memory out of core dumps.
import { writeFileSync } from 'node:fs';

/**
 * Leaves all memory out of core dumps of this process and its children: programs that get dumps through a pipe (apport,
 * say) ignore `ulimit -c 0`. core(5): "Controlling which mappings are written to the core dump"
 */
export function keepMemoryOutOfDumps(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A process that cannot be dumped may not write this file; or there is no /proc.
  }
}
