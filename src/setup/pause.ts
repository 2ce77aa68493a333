// The wait before another attempt when another program writes to the same file.
import { setTimeout } from 'node:timers/promises';

const MAX_PAUSE_MS = 20;

/** A short random time, so that two programs that wait for each other do not try at the same time again and again. */
export async function pause(): Promise<void> {
  await setTimeout(Math.random() * MAX_PAUSE_MS);
}
