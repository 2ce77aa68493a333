// Lets work that must not be left half done end before a signal ends the process.
import { setImmediate } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What it brings; a signal that comes meanwhile has its effect afterwards. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  let pending: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals) => {
    pending = signal;
  };
  for (const signal of SIGNALS) process.on(signal, note);
  try {
    return await work();
  } finally {
    // Node sees one that came during a synchronous call only now.
    await setImmediate();
    for (const signal of SIGNALS) process.off(signal, note);
    if (pending !== undefined) process.kill(process.pid, pending);
  }
}
