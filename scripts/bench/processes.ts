// Reads a process's memory, children and wake-ups from /proc.
import { readdir, readFile } from 'node:fs/promises';

/** MB of 1024 × 1024 bytes. */
export interface Memory {
  readonly rss: number;
  /** PSS: shared pages count only in part. */
  readonly pss: number;
  readonly anonymous: number;
}

/** https://docs.kernel.org/filesystems/proc.html */
export async function memoryOf(pid: number): Promise<Memory> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) => {
    const kilobytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1];
    if (kilobytes === undefined) throw new Error(`smaps_rollup has no ${name}`);
    return Number(kilobytes) / 1024;
  };
  return { rss: megabytes('Rss'), pss: megabytes('Pss'), anonymous: megabytes('Anonymous') };
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Context switches of all threads, voluntary or not: each ends a wait. */
export async function wakeUpsOf(pid: number): Promise<number> {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8');
    for (const [, count] of status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gm))
      sum += Number(count);
  }
  return sum;
}
