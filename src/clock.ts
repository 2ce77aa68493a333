// What time it is, on two clocks of which either may be wrong, and how much of it has passed.
import { uptime } from 'node:os';

/** One moment on both clocks, in whole milliseconds. */
export interface Moment {
  /** Since 1970, as this machine is set: that may be wrong by hours, and change at any time. */
  wall: number;
  /** On a clock that is never set back and that goes on while a laptop sleeps; from no moment in particular. */
  steady: number;
}

export type Clock = () => Moment;

/** Milliseconds: the longer of what the two clocks say, so that what has a life is over as soon as either says so. */
export function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.wall - from.wall, to.steady - from.steady);
}

/** A moment in the past as epoch ms of this machine's clock as it is set now. */
export function wallTime(moment: Moment, now: Moment): number {
  return now.wall - elapsed(moment, now);
}

/** The system's clocks, in milliseconds. */
interface SystemTime {
  wall(): number;
  /** Cheap, and never set back. On Linux it stops while the machine sleeps (CLOCK_MONOTONIC). */
  running(): number;
  /**
   * Counts sleep. libuv reads /proc/uptime on Linux, which takes 5 to 10 µs; on macOS kern.boottime, in seconds, which is moved
   * when the clock is set; on Windows GetTickCount64. https://github.com/libuv/libuv: `uv_uptime`
   */
  uptime(): number;
}

const SYSTEM: SystemTime = {
  wall: Date.now,
  running: () => performance.now(),
  uptime: () => uptime() * 1_000,
};

/** The uptime is read again after this long, and at once where the other two disagree by more: a sleep, or a clock that was set. */
const LOOK_MS = 1_000;

/** A clock that takes less than a microsecond to read. */
export function createClock({ wall, running, uptime }: SystemTime = SYSTEM): Clock {
  let last = { wall: wall(), running: running(), steady: uptime() };
  return () => {
    const now = { wall: wall(), running: running() };
    const ran = now.running - last.running;
    if (ran > LOOK_MS || Math.abs(now.wall - last.wall - ran) > LOOK_MS) {
      last = { ...now, steady: Math.max(last.steady + ran, uptime()) };
    }
    return { wall: now.wall, steady: Math.floor(last.steady + now.running - last.running) };
  };
}
