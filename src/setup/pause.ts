// The wait before another try where another program writes to the same file.
import { setTimeout } from 'node:timers/promises';

const MAX_PAUSE_MS = 20;

/** A moment, never the same: two programs that wait for one another must not go on in step. */
export async function pause(): Promise<void> {
  await setTimeout(Math.random() * MAX_PAUSE_MS);
}
