// Finishes work that must not be left half done before a signal ends the process.
import { setImmediate } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The result of `work`; a signal that arrives meanwhile takes effect afterwards. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  let pending: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals) => {
    pending = signal;
  };
  for (const signal of SIGNALS) process.on(signal, note);
  try {
    return await work();
  } finally {
    // Node reports a signal that arrived during a synchronous call only now.
    await setImmediate();
    for (const signal of SIGNALS) process.off(signal, note);
    if (pending !== undefined) process.kill(process.pid, pending);
  }
}
