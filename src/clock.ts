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

/**
 * Milliseconds, for a deadline that another process may keep: on a clock that is never set, and that every process of this machine
 * reads alike. It may stop while the machine sleeps, as timers do.
 */
export function timerMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6);
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
  running: () => process.uptime() * 1_000,
  uptime: () => uptime() * 1_000,
};

/** The uptime is read again after this long, and at once where the other two disagree by more: a sleep, or a clock that was set. */
const LOOK_MS = 1_000;

/** A clock that takes half a microsecond to read: a warm `get` does so five times. */
export function createClock({ wall, running, uptime }: SystemTime = SYSTEM): Clock {
  let lastWall = wall();
  let lastRunning = running();
  let lastSteady = uptime();
  return () => {
    const nowWall = wall();
    const nowRunning = running();
    const ran = nowRunning - lastRunning;
    let steady = lastSteady + ran;
    if (ran > LOOK_MS || Math.abs(nowWall - lastWall - ran) > LOOK_MS) {
      steady = Math.max(steady, uptime());
      [lastWall, lastRunning, lastSteady] = [nowWall, nowRunning, steady];
    }
    return { wall: nowWall, steady: Math.floor(steady) };
  };
}
