// The clocks for the programs under test: AWS's, which never goes back, and this machine's, which may be set and
// may sleep.
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One moment, as lifetimes in the model count. */
export interface Instant {
  /** Epoch ms of AWS's clock. */
  aws: number;
  /** How far this machine's wall clock is ahead of AWS's, in milliseconds. */
  ahead: number;
}

export interface Clocks {
  now(): Instant;
  /** The machine sleeps: its clocks and AWS's continue, timers do not. */
  sleep(milliseconds: number): void;
  /** Sets this machine's wall clock, in milliseconds ahead of AWS's. */
  set(ahead: number): void;
}

const SHIM = fileURLToPath(new URL('clock-shim.c', import.meta.url));

/**
 * From now on, every program that this process starts has these clocks. They apply through /etc/ld.so.preload, because
 * the programs start one another with other environments. So call it only in a mount namespace. The native client is
 * static and keeps the system's clocks; it reads only one that is never set.
 */
export function takeClocks(folder: string): Clocks {
  const file = join(folder, 'offsets');
  const library = join(folder, 'clock-shim.so');
  const flags = ['-shared', '-fPIC', '-O2', `-DOFFSETS=${JSON.stringify(file)}`];
  const offsets = { slept: 0, ahead: 0 };
  writeFileSync(file, Buffer.alloc(16));
  const fd = openSync(file, 'r+');
  const write = () => {
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64LE(BigInt(offsets.slept + offsets.ahead), 0);
    bytes.writeBigInt64LE(BigInt(offsets.slept), 8);
    writeSync(fd, bytes, 0, bytes.length, 0);
  };
  execFileSync('cc', [...flags, SHIM, '-o', library]);
  const etc = join(folder, 'etc');
  mkdirSync(etc);
  writeFileSync(join(etc, 'ld.so.preload'), `${library}\n`);
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${etc}:/etc`, '/etc']);
  return {
    now: () => ({ aws: Date.now() + offsets.slept, ahead: offsets.ahead }),
    sleep(milliseconds) {
      offsets.slept += milliseconds;
      write();
    },
    set(ahead) {
      offsets.ahead = ahead;
      write();
    },
  };
}

/** Milliseconds between two moments: the longer of the times by the machine's two clocks. */
export function between(from: Instant, to: Instant): number {
  return to.aws - from.aws + Math.max(0, to.ahead - from.ahead);
}
