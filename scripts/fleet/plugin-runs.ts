// The plugin's runs on all nodes, call by call, from the kubelet's request to the answer.
import { DEFAULTS } from '../../src/config/defaults.ts';
import { refreshAheadAge } from '../../src/token/lifetime.ts';
import type { Aws } from './aws.ts';
import type { Calendar } from './calendar.ts';
import { type Fleet, HOUR, MINUTE } from './fleet.ts';
import { createNodeMemory } from './node-memory.ts';
import type { Tally } from './phases.ts';

const TOKEN_LIFE = 12 * HOUR;
const LIFE = { arrived: { wall: 0, steady: 0 }, lifeMs: TOKEN_LIFE };
/** Round trip of a call, in milliseconds. */
const CALL_MS = 50;
/** Mean time from the end of the kubelet's cache to the next pull that needs it: a job, another pod, a new image. */
export const PULL_INTERVAL = MINUTE;

/** The next event of a run: its start, a call, or the arrival of a token. */
const [BEGINS, ASSUMES, ASKS, RECEIVES] = [0, 1, 2, 3];

/** One run for each image of each registry of each node, in that order. A slot is a registry of a node. */
export function createPluginRuns(
  fleet: Fleet,
  { aws, tally, calendar, random }: { aws: Aws; tally: Tally; calendar: Calendar; random: () => number },
) {
  const { nodes, registries, images, plugin } = fleet;
  const slots = nodes * registries;
  const count = slots * images;
  const next = new Uint8Array(count).fill(BEGINS);
  const startedAt = new Int32Array(count);
  /** Failed calls of the current operation. */
  const refused = new Uint8Array(count);
  /** Consecutive failed runs. */
  const failures = new Uint8Array(count);
  const cachedUntil = new Int32Array(slots);
  const memory = createNodeMemory(slots, count);
  const slotOf = (run: number) => Math.floor(run / images);
  /** The slots that share a token through a daemon. */
  const keyOf = (slot: number) => (fleet.identity === 'grant' ? Math.floor(slot / registries) : slot);

  /** Plans the next pull of one of the registry's images, at a random time after the kubelet's cache expires. */
  function succeed(run: number): void {
    [next[run], failures[run]] = [BEGINS, 0];
    if (run % images !== 0) return;
    calendar.set(run, (cachedUntil[slotOf(run)] ?? 0) - Math.log(1 - random()) * PULL_INTERVAL);
  }

  function answer(run: number, now: number, arrivedAt: number): void {
    const slot = slotOf(run);
    cachedUntil[slot] = now + plugin.cacheDuration(TOKEN_LIFE - (now - arrivedAt), random);
    tally.answered(slot, now);
    succeed(run);
  }

  function fail(run: number, now: number): void {
    tally.failed();
    const inRow = Math.min((failures[run] ?? 0) + 1, 255);
    [next[run], failures[run]] = [BEGINS, inRow];
    calendar.set(run, now + fleet.kubelet(inRow, random));
  }

  /** The token of the run has arrived, or the run has failed. */
  function settle(run: number, now: number, isToken: boolean): void {
    const tell = (one: number) => (isToken ? answer(one, now, now) : fail(one, now));
    const key = keyOf(slotOf(run));
    if (isToken) {
      tally.minted();
      if (fleet.daemon) memory.keep(key, now, now + refreshAheadAge(LIFE, DEFAULTS, random()));
    }
    if (fleet.daemon) memory.end(key, tell);
    tell(run);
  }

  function begin(run: number, now: number): void {
    const slot = slotOf(run);
    if ((cachedUntil[slot] ?? 0) > now) {
      succeed(run);
      return;
    }
    const arrivedAt = fleet.daemon ? memory.arrivedAt(keyOf(slot), now) : undefined;
    if (arrivedAt !== undefined) {
      answer(run, now, arrivedAt);
      return;
    }
    if (fleet.daemon && memory.join(keyOf(slot), run)) return;
    [startedAt[run], refused[run]] = [now, 0];
    next[run] = fleet.identity === 'role' ? ASSUMES : ASKS;
    call(run, now);
  }

  function call(run: number, now: number): void {
    const slot = slotOf(run);
    const asks = next[run] === ASKS;
    const isLet = asks ? aws.asksForToken(slot, now) : aws.assumesRole(slot, now);
    if (!isLet) {
      waitOrFail(run, now + CALL_MS);
    } else {
      [next[run], refused[run]] = [asks ? RECEIVES : ASKS, 0];
      calendar.set(run, now + CALL_MS);
    }
  }

  function waitOrFail(run: number, now: number): void {
    const ofOperation = (refused[run] ?? 0) + 1;
    refused[run] = ofOperation;
    const wait = plugin.waitAfter({ ofOperation, elapsed: now - (startedAt[run] ?? 0) }, random);
    if (plugin.assumesAnew && fleet.identity === 'role') next[run] = ASSUMES;
    if (wait === undefined) settle(run, now, false);
    else calendar.set(run, now + wait);
  }

  return {
    visit: (run: number, now: number): void => {
      if (next[run] === BEGINS) begin(run, now);
      else if (next[run] === RECEIVES) settle(run, now, true);
      else call(run, now);
    },
    /** All nodes start, with nothing in memory. */
    startAll: (at: number): void => {
      cachedUntil.fill(0);
      failures.fill(0);
      next.fill(BEGINS);
      memory.forgetAll();
      const ofNode = registries * images;
      for (let node = 0; node < nodes; node += 1) {
        const startsAt = at + random() * fleet.startWindow;
        for (let run = node * ofNode; run < (node + 1) * ofNode; run += 1) calendar.set(run, startsAt);
      }
    },
  };
}
