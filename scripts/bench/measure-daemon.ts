// Measures the daemon while no caller waits for it: memory at four moments, and wake-ups.
import { setTimeout as delay } from 'node:timers/promises';
import { daemonPid } from '../../test/support/product/product.ts';
import type { Measurement } from './measurement.ts';
import { childrenOf, type Memory, memoryOf, wakeUpsOf } from './processes.ts';
import { atMost, type Check, digits, type Row } from './report.ts';
import { STATIC, type Stage, SWEEP } from './stage.ts';

/** Milliseconds after which earlier garbage has probably been collected and the spare minter waits. */
const SETTLE = 3_000;

async function startDaemon({ steps, run, stopDaemon, product }: Stage): Promise<number> {
  await stopDaemon();
  await run([{ name: 'ours', steps: [steps.ours('get', STATIC)] }], { kind: 'rounds', rounds: 1, warmup: 0 });
  return daemonPid(product);
}

const whole = (megabytes: number) => megabytes.toFixed(0);

/** `spare` is the PSS of the spare minter, which the daemon keeps for some time after a mint. */
async function memoryRow(
  { product }: Stage,
  name: string,
  when: string,
  check: (memory: Memory) => readonly Check[],
): Promise<Row> {
  await delay(SETTLE);
  const pid = await daemonPid(product);
  const memory = await memoryOf(pid);
  const spares = await Promise.all((await childrenOf(pid)).map(memoryOf));
  const sparePss = spares.reduce((sum, { pss }) => sum + pss, 0);
  return {
    name,
    what: `daemon's memory, ${when}`,
    ours: `RSS ${digits(memory.rss)} MB`,
    others: `PSS ${whole(memory.pss)}, anon ${whole(memory.anonymous)}, spare ${whole(sparePss)}`,
    checks: check(memory),
    numbers: {
      rss_mb: memory.rss,
      pss_mb: memory.pss,
      anonymous_mb: memory.anonymous,
      spare_pss_mb: sparePss,
    },
  };
}

const idle: Measurement = {
  name: 'memory-idle',
  perRoundTrip: false,
  async measure(stage) {
    await startDaemon(stage);
    return memoryRow(stage, 'memory-idle', 'idle', ({ rss, anonymous }) => [
      atMost(rss, 'MB RSS', 50),
      atMost(anonymous, 'MB anon', 15),
    ]);
  },
};

const afterMints: Measurement = {
  name: 'memory-mints',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run, options } = stage;
    await startDaemon(stage);
    const mints = options.quick ? 10 : 100;
    const mint = {
      name: 'ours',
      prepare: [steps.ours('erase', STATIC)],
      steps: [steps.ours('get', STATIC)],
    };
    await run([mint], { kind: 'rounds', rounds: mints, warmup: 0 });
    return memoryRow(stage, 'memory-mints', `${mints} mints`, ({ rss }) => [atMost(rss, 'MB RSS', 50)]);
  },
};

const afterGets: Measurement = {
  name: 'memory-gets',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run, options } = stage;
    await startDaemon(stage);
    const count = options.quick ? 2_000 : 20_000;
    const get = { name: 'ours', steps: [steps.ours('get', STATIC)] };
    await run([get], { kind: 'parallel', width: 64, seconds: 120, count });
    return memoryRow(stage, 'memory-gets', `${count / 1_000}k gets`, ({ rss }) => [
      atMost(rss, 'MB RSS', 60),
    ]);
  },
};

/**
 * A simulated day is two lifetimes of a token (12 hours each), of ten real seconds each. Eight identities, and a get
 * every 30 simulated seconds: 2,880 gets, one every 7 ms.
 */
const LIFE = 10_000;
const DAY_GETS = 2_880;

const afterDay: Measurement = {
  name: 'memory-day',
  perRoundTrip: false,
  async measure(stage) {
    const { aws, steps, run, options } = stage;
    await startDaemon(stage);
    const identities = SWEEP.slice(0, 8);
    await aws.tell({ tokenLife: LIFE });
    const gets = identities.map((entry, i) => ({
      name: `ours-${i}`,
      steps: [steps.ours('get', entry)],
      settle: Math.floor((2 * LIFE) / DAY_GETS),
    }));
    const rounds = (options.quick ? DAY_GETS / 8 : DAY_GETS) / identities.length;
    await run(gets, { kind: 'rounds', rounds, warmup: 0 });
    const { minted } = await aws.tell();
    const row = await memoryRow(stage, 'memory-day', options.quick ? '3 h' : '24 h', () => []);
    return { ...row, numbers: { ...row.numbers, mints: minted } };
  },
};

const MINUTE = 60_000;

const wakeUps: Measurement = {
  name: 'wake-ups',
  perRoundTrip: false,
  slow: true,
  async measure(stage) {
    const pid = await startDaemon(stage);
    await delay(5 * SETTLE);
    const counts = [await wakeUpsOf(pid)];
    for (const _ of [1, 2]) {
      await delay(MINUTE);
      counts.push(await wakeUpsOf(pid));
    }
    const [start = 0, middle = 0, end = 0] = counts;
    const [first, later] = [middle - start, end - middle];
    return {
      name: 'wake-ups',
      what: "daemon's wake-ups/minute, idle",
      ours: `${later}`,
      // V8's memory reducer runs once, 30 s after the start, and turns itself off a moment later.
      others: `in the first minute ${first}`,
      checks: [atMost(later, 'a minute', 2)],
      numbers: { per_minute: later, first_minute: first },
    };
  },
};

export const daemonMeasurements: readonly Measurement[] = [idle, afterMints, afterGets, afterDay, wakeUps];
