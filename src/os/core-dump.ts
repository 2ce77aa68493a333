// What a core dump of this process has in it.
import { writeFileSync } from 'node:fs';

/**
 * Leaves all memory out of a core dump of this process and of those that it starts: programs that the system pipes dumps to
 * (apport, say) get them in spite of `ulimit -c 0`. core(5): "Controlling which mappings are written to the core dump"
 */
export function keepMemoryOutOfDumps(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A process that nothing is dumped of may not write it; or /proc is not there.
  }
}
