// Begins a daemon with what takes longest: whoever starts one waits for a token, and so for the first minter.
import type { SelfCommand } from '../invocation.ts';
import { createMinters } from '../minter/start-minter.ts';
import type { DaemonOptions } from './run-daemon.ts';
import { createHeapTidier, keepHeapSmall } from './small-heap.ts';

/**
 * How long after a mint another one is likely. In twelve days of the soak's laptop, 45 mints in a hundred come within ten seconds
 * of the last, 48 within a minute, 57 within ten: those nine save 60 ms each, and cost 35 MB for nine times as long.
 */
const SPARE_MS = 60_000;

/** Runs until it is stopped or of no more use. `self` is how this program is started. @throws XacctError `socket-unsafe`. */
export async function beginDaemon(
  self: SelfCommand,
  options: Omit<DaemonOptions, 'minters' | 'self'>,
): Promise<void> {
  const minters = createMinters(self, SPARE_MS);
  minters.warm(options.env);
  try {
    const { runDaemon } = await import('./run-daemon.ts');
    keepHeapSmall();
    // An error holds the functions that it came through, and so what those know: failures are remembered, callers' variables not.
    Error.stackTraceLimit = 0;
    await runDaemon({ ...options, self, minters, onConnection: createHeapTidier() });
  } finally {
    // A spare that is left keeps this process alive.
    minters.close();
  }
}
