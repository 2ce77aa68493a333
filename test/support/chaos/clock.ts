// Owns the clocks of the programs under test: AWS's, which only goes on, and this machine's, which may be set and may sleep.
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One moment, as the model counts lives by it. */
export interface Instant {
  /** Epoch ms by AWS's clock. */
  aws: number;
  /** How far this machine's wall clock is ahead of AWS's. Milliseconds. */
  ahead: number;
}

export interface Clocks {
  now(): Instant;
  /** The machine sleeps this long: its clocks and AWS's go on, timers do not. */
  sleep(milliseconds: number): void;
  /** Sets this machine's wall clock. Milliseconds ahead of AWS's. */
  set(ahead: number): void;
}

const SHIM = fileURLToPath(new URL('clock-shim.c', import.meta.url));

/**
 * From now on the clocks of every program that this process starts are these. They are put in force by /etc/ld.so.preload, since
 * the programs start one another in environments of their own: so call it in a mount namespace only. The native client is static
 * and keeps the system's clocks; it reads only one that is never set.
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

/** Milliseconds from one moment to another: the longer of what the machine's two clocks say. */
export function between(from: Instant, to: Instant): number {
  return to.aws - from.aws + Math.max(0, to.ahead - from.ahead);
}
