// Starts a daemon. The first minter starts before the rest is loaded, because the caller waits for a token.
import type { SelfCommand } from '../invocation.ts';
import { createMinters } from '../minter/start-minter.ts';
import type { DaemonOptions } from './run-daemon.ts';
import { createHeapTidier, keepHeapSmall } from './small-heap.ts';

/**
 * How long after a mint another one is likely. In twelve days of the soak test's laptop, 45 % of mints came within ten
 * seconds of the last, 48 % within a minute, 57 % within ten minutes. Those 9 % would save 60 ms each, but cost 35 MB
 * for nine minutes more.
 */
const SPARE_MS = 60_000;

/**
 * Runs until it is stopped or no longer needed. `self`: how to start this program. @throws XacctError `socket-unsafe`.
 */
export async function beginDaemon(
  self: SelfCommand,
  options: Omit<DaemonOptions, 'minters' | 'self'>,
): Promise<void> {
  const minters = createMinters(self, SPARE_MS);
  minters.warm(options.env);
  try {
    const { runDaemon } = await import('./run-daemon.ts');
    keepHeapSmall();
    // A stack would keep functions and their variables alive: failures are remembered, but callers' variables must not
    // be.
    Error.stackTraceLimit = 0;
    await runDaemon({ ...options, self, minters, onConnection: createHeapTidier() });
  } finally {
    // A remaining spare would keep this process alive.
    minters.close();
  }
}
