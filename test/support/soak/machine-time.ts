// The simulated time of one machine: AWS's time, a wall clock that may be set wrong, and sleep.
import { type Clock, createClock, type Moment } from '../../../src/clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface MachineTime {
  /** Of AWS's clock, which is right. Epoch ms. */
  now(): number;
  /** The product's clock, in this machine's time. */
  createClock(): Clock;
  /** This machine's clocks. */
  moment(): Moment;
  /** For the product: runs each minute while the machine is awake. */
  everyMinute(look: () => void): void;
  /** Advances the time, while nothing else happens. Milliseconds. */
  pass(ms: number): void;
  /** Keeps the machine awake until `then`, minute by minute. Awaits `settle` after each minute's run. */
  runUntil(then: number, settle: () => Promise<void>): Promise<void>;
  /** Advances to `then`, while no process of the machine runs. */
  sleepUntil(then: number): void;
  /** Sets the wall clock this far ahead of the right time, in milliseconds; behind if it is negative. */
  setAhead(ms: number): void;
  /** Ends the runs of `everyMinute`: no daemon is left. */
  stopLooks(): void;
}

export function createMachineTime(start: number): MachineTime {
  let now = start;
  let ahead = 0;
  let running = 0;
  let slept = 0;
  let look: (() => void) | undefined;
  let nextLook = 0;
  const pass = (ms: number) => {
    now += ms;
    running += ms;
  };
  return {
    now: () => now,
    createClock: () =>
      createClock({
        wall: () => Math.floor(now) + ahead,
        running: () => running,
        uptime: () => running + slept,
      }),
    moment: () => ({ wall: now + ahead, steady: running + slept }),
    everyMinute(wanted) {
      look = wanted;
      nextLook = running + MINUTE;
    },
    pass,
    async runUntil(then, settle) {
      while (look !== undefined && running + Math.max(0, then - now) >= nextLook) {
        pass(Math.max(0, nextLook - running));
        nextLook += MINUTE;
        look();
        await settle();
      }
      pass(Math.max(0, then - now));
    },
    sleepUntil(then) {
      const ms = Math.max(0, then - now);
      now += ms;
      slept += ms;
    },
    setAhead(ms) {
      ahead = ms;
    },
    stopLooks() {
      look = undefined;
    },
  };
}
