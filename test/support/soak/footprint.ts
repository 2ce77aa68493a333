// What this process keeps after a garbage collection: bytes, descriptors, files, and objects of kinds that could leak.
import { readdirSync } from 'node:fs';
import { queryObjects } from 'node:v8';
import { giveBackGarbage } from '../../../src/daemon/small-heap.ts';
import { XacctError } from '../../../src/errors.ts';
import { whenever } from '../processes.ts';

export interface Footprint {
  /** A day, from 1. */
  day: number;
  /** Bytes: the used heap, and the memory of buffers outside of it. */
  heap: number;
  descriptors: number;
  /** Files in the machine's folder. */
  files: number;
}

export interface KeptObjects {
  timers: number;
  signals: number;
  errors: number;
  /** Each slot has two. */
  sets: number;
}

export function takeFootprint(day: number, folder: string): Footprint {
  giveBackGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return {
    day,
    heap: heapUsed + external,
    descriptors: readdirSync('/proc/self/fd').length,
    files: readdirSync(folder, { recursive: true }).length,
  };
}

const Timer = timerClass();

function timerClass(): new () => unknown {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  return timer.constructor as new () => unknown;
}

/** Reads the whole heap, which takes some tenths of a second. */
function countOf(kind: abstract new (...args: never[]) => unknown): number {
  return queryObjects(kind as new () => unknown, { format: 'count' });
}

/** The timers before the first get, counted while waiting, because waiting itself has timers. */
export async function idleTimers(): Promise<number> {
  let [most, looks] = [0, 0];
  await whenever('a wait has begun', async () => {
    most = Math.max(most, countOf(Timer));
    looks += 1;
    return looks > 1;
  });
  return most;
}

/** Waits first for the deadlines of the last mints, which are real timers of a second. */
export async function countObjects(idle: number): Promise<KeptObjects> {
  await whenever('the deadlines run out', async () => countOf(Timer) <= idle).catch(() => {
    // The figures show failures.
  });
  return {
    timers: countOf(Timer),
    signals: countOf(AbortSignal),
    errors: countOf(XacctError),
    sets: countOf(Set),
  };
}
