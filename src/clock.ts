// Reads two clocks, either of which may be wrong, and measures how much time has passed.
import { uptime } from 'node:os';

/** One moment on both clocks, in whole milliseconds. */
export interface Moment {
  /** Since 1970, by this machine's clock. It may be wrong by hours, and may be set at any time. */
  wall: number;
  /** A clock that is never set back and continues while a laptop sleeps. Its zero has no meaning. */
  steady: number;
}

export type Clock = () => Moment;

/**
 * Milliseconds: the longer interval of the two clocks, so that a credential expires as soon as either clock says so.
 */
export function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.wall - from.wall, to.steady - from.steady);
}

/** A moment in the past, as epoch ms by the present setting of this machine's clock. */
export function wallTime(moment: Moment, now: Moment): number {
  return now.wall - elapsed(moment, now);
}

/**
 * Milliseconds, for a deadline that another process may check: a clock that is never set and is the same in every
 * process of this machine. It may stop while the machine sleeps, as timers do.
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
   * Includes sleep. libuv reads /proc/uptime on Linux, which takes 5 to 10 µs; on macOS kern.boottime, in seconds,
   * which changes when the clock is set; on Windows GetTickCount64. https://github.com/libuv/libuv: `uv_uptime`
   */
  uptime(): number;
}

const SYSTEM: SystemTime = {
  wall: Date.now,
  running: () => process.uptime() * 1_000,
  uptime: () => uptime() * 1_000,
};

/**
 * The uptime is read again after this long. It is read at once if the other two clocks differ by more: the machine
 * slept, or its clock was set.
 */
const LOOK_MS = 1_000;

/** A clock that takes half a microsecond to read: a warm `get` reads it five times. */
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
