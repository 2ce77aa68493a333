// Tests that the fleet model agrees with results that can be calculated, and that its goals hold.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCalendar, TICK } from '../../../scripts/fleet/calendar.ts';
import { type Fleet, HOUR, leastTime, MINUTE, SECOND } from '../../../scripts/fleet/fleet.ts';
import { asksAtEachSync, backsOffFirst } from '../../../scripts/fleet/kubelets.ts';
import { createNodeMemory } from '../../../scripts/fleet/node-memory.ts';
import type { Figures } from '../../../scripts/fleet/phases.ts';
import { PULL_INTERVAL } from '../../../scripts/fleet/plugin-runs.ts';
import {
  ecrCredentialProvider,
  ours,
  oursWithoutJitter,
  type Plugin,
} from '../../../scripts/fleet/plugins.ts';
import { createQuotas } from '../../../scripts/fleet/quotas.ts';
import { cellsOf, lateness, tableText } from '../../../scripts/fleet/report.ts';
import { fleetOf, scenariosOf } from '../../../scripts/fleet/scenarios.ts';
import { simulate } from '../../../scripts/fleet/simulate.ts';

const NAMES = ['start', 'steady', 'restart', 'outage'] as const;

function phaseOf(fleet: Fleet, name: (typeof NAMES)[number], until?: number): Figures {
  const figures = simulate(fleet, until).get(name);
  assert.ok(figures !== undefined, name);
  return figures;
}

/** All calls are charged to one account, for one operation: this case can be calculated. */
function oneQuota(nodes: number, more: Partial<Fleet> = {}): Fleet {
  return fleetOf(nodes, 1, { identity: 'grant', accounts: 1, ...more });
}

function isNear(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual / expected - 1) <= share, `${actual}, expected about ${expected}`);
}

describe('the calendar', () => {
  test('brings events in the order of time, the last that was set for an item, and none after the end', () => {
    const calendar = createCalendar(4, 10 * SECOND, () => 0);
    calendar.set(0, 9_000);
    calendar.set(1, 2_000);
    calendar.set(2, 11_000);
    calendar.set(0, 1_000);
    calendar.set(3, 2_000);
    calendar.set(3, 5_000);
    const seen: [number, number][] = [];
    calendar.run((item, now) => {
      seen.push([item, now]);
      if (item === 3 && now < 9_990) calendar.set(3, now);
    });
    assert.deepEqual(seen.slice(0, 4), [
      [0, 1_000],
      [1, 2_000],
      [3, 5_000],
      [3, 5_000 + TICK],
    ]);
    assert.equal(seen.at(-1)?.[1], 9_990);
  });
});

test('An event that another one of its time sets anew comes once, at its new time', () => {
  const calendar = createCalendar(2, SECOND, () => 0);
  calendar.set(0, 500);
  calendar.set(1, 500);
  const seen: number[] = [];
  calendar.run((item, now) => {
    seen.push(now);
    if (now === 500) calendar.set(1 - item, 800);
  });
  assert.deepEqual(seen, [500, 800]);
});

describe('a quota', () => {
  test('lets through what it gives in a second at once, then its rate, for each account alone', () => {
    const quotas = createQuotas(2, 500);
    const let1 = (calls: number, now: number) =>
      Array.from({ length: calls }, () => quotas.take(1, now, false)).filter(Boolean).length;
    assert.equal(let1(600, 0), 500);
    assert.equal(let1(600, 100), 50);
    assert.equal(let1(600, 60_000), 500);
    assert.equal(quotas.take(0, 60_000, false), true);
    assert.deepEqual(quotas.count(), { accounts: 2, calls: 1_801, throttled: 750, peak: 1_200 });
    assert.deepEqual(quotas.count(), { accounts: 2, calls: 0, throttled: 0, peak: 0 });
  });

  test('of a service that is out lets none through, and throttles none', () => {
    const quotas = createQuotas(1, 500);
    assert.equal(quotas.take(0, 0, true), false);
    assert.equal(quotas.count().throttled, 0);
  });
});

describe('the kubelet', () => {
  test('runs the plugin again ten to fifteen seconds after a failure', () => {
    assert.equal(
      asksAtEachSync(9, () => 0),
      10_000,
    );
    assert.equal(
      asksAtEachSync(1, () => 1),
      15_000,
    );
  });

  test('before 1.33 waits until the back-off of the image is over: 10 s, doubled with each failure, up to 300 s', () => {
    const waits = [1, 2, 3, 4, 5, 6, 100].map((failures) => backsOffFirst(failures, () => 0) / SECOND);
    assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300]);
  });
});

test('A daemon has one run ask, and tells all others', () => {
  const memory = createNodeMemory(2, 5);
  assert.deepEqual(
    [0, 1, 2].map((run) => memory.join(0, run)),
    [false, true, true],
  );
  assert.equal(memory.join(1, 3), false);
  memory.keep(0, 1_000, 5_000);
  const told: number[] = [];
  memory.end(0, (run) => told.push(run));
  assert.deepEqual(told.toSorted(), [1, 2]);
  assert.equal(memory.arrivedAt(0, 4_999), 1_000);
  assert.equal(memory.arrivedAt(0, 5_000), undefined);
  assert.equal(memory.join(0, 4), false);
});

describe('a fleet that nothing throttles', () => {
  const nodes = 2_000;

  test('calls as often as nodes ÷ the mean time from one run to the next', () => {
    // Half of twelve hours minus an eighth of that; then the next pull.
    const ofOurs = 5.25 * HOUR + PULL_INTERVAL;
    const ofTheirs = 6 * HOUR + PULL_INTERVAL;
    const until = 24 * HOUR;
    const [byOurs, byTheirs] = [ours, ecrCredentialProvider].map((plugin) =>
      phaseOf(oneQuota(nodes, { plugin, registries: 3 }), 'steady', until),
    );
    // A wave that is about to begin or has just ended counts in full.
    isNear((byOurs?.tokens ?? 0) / ((23 * HOUR) / ofOurs), nodes * 3, 0.1);
    assert.equal(Math.floor((24 * HOUR) / ofTheirs), 3);
    assert.equal(byTheirs?.tokens, nodes * 3 * 3);
    assert.equal((byOurs?.throttled ?? 1) + (byTheirs?.throttled ?? 1), 0);
  });

  test('comes back as the wave that it started as, where no chance spreads it; with it, it does not', () => {
    const peakOf = (plugin: Plugin) => phaseOf(oneQuota(nodes, { plugin }), 'steady', 7 * HOUR).peak;
    const atStart = phaseOf(oneQuota(nodes), 'start', HOUR).peak;
    assert.ok(peakOf(ecrCredentialProvider) > atStart / 3, String(atStart));
    assert.ok(peakOf(oursWithoutJitter) > atStart / 3);
    assert.ok(peakOf(ours) < atStart / 6);
  });

  test('calls once for each registry at its start, with a role twice; N images of one are N calls, with a daemon one', () => {
    const callsOf = (more: Partial<Fleet>) => phaseOf(oneQuota(200, more), 'start', HOUR).calls / 200;
    assert.equal(callsOf({ registries: 4 }), 4);
    assert.equal(callsOf({ registries: 4, identity: 'role' }), 8);
    assert.equal(callsOf({ registries: 2, images: 3 }), 6);
    assert.equal(callsOf({ registries: 2, images: 3, daemon: true }), 1);
    assert.equal(callsOf({ registries: 2, images: 3, daemon: true, identity: 'role' }), 4);
  });

  test('calls half as often where a daemon keeps the tokens to their ends', () => {
    const tokensOf = (daemon: boolean) => phaseOf(oneQuota(nodes, { daemon }), 'restart').tokens + nodes;
    assert.equal(tokensOf(true), tokensOf(false));
    const [kept, halved] = [true, false].map(
      (daemon) => phaseOf(oneQuota(nodes, { daemon }), 'steady').tokens,
    );
    isNear((kept ?? 0) / (halved ?? 0), 0.5, 0.1);
  });
});

describe('a fleet that is throttled', () => {
  /** It asks each second until a call passes. */
  const greedy: Plugin = {
    name: 'greedy',
    waitAfter: () => SECOND,
    assumesAnew: false,
    cacheDuration: () => HOUR,
  };

  test('drains at the rate of the quota, less the first second that was saved up', () => {
    const fleet = oneQuota(20_000, { plugin: greedy, startWindow: SECOND });
    const { allAfter, tokens } = phaseOf(fleet, 'start', HOUR);
    assert.equal(tokens, 20_000);
    isNear(allAfter ?? 0, ((20_000 - 500) / 500) * SECOND, 0.06);
  });

  test('fails as often as runs and gaps fit into an outage', () => {
    // Two waits of one and of two seconds on average, three calls; then a sync after ten to fifteen seconds.
    const cycle = 1 + 2 + 3 * 0.05 + 12.5;
    const { failedRuns } = phaseOf(fleetOf(2_000, 1, { plugin: ecrCredentialProvider }), 'outage');
    const runs = (10 * 60 - 30) / cycle;
    isNear(failedRuns / 2_000, runs, 0.05);
  });

  test('fails a few times in an outage where the kubelet backs off first', () => {
    const atOnce: Plugin = {
      name: 'at once',
      waitAfter: () => undefined,
      assumesAnew: false,
      cacheDuration: () => HOUR,
    };
    const { failedRuns } = phaseOf(fleetOf(500, 1, { plugin: atOnce, kubelet: backsOffFirst }), 'outage');
    // At its start, then after 10, 20, 40, 80 and 160 seconds and more; the next is after the outage.
    isNear(failedRuns / 500, 6, 0.05);
  });

  test('charges a role to the account of the registry, a grant to the one of the node', () => {
    const spread = { nodes: 40_000, accounts: 10, seed: 1 };
    const throttledOf = (more: Partial<Fleet>) =>
      phaseOf({ ...fleetOf(spread.nodes, 1), ...spread, ...more }, 'start', HOUR).throttled;
    assert.ok(throttledOf({ identity: 'role' }) > 10_000);
    assert.equal(throttledOf({ identity: 'grant' }), 0);
    assert.ok(throttledOf({ identity: 'grant', accounts: 1 }) > 10_000);
  });
});

test('The same seed gives the same life, another seed another one', () => {
  const lifeOf = (seed: number) => [...simulate(fleetOf(500, seed, { registries: 3 }))];
  assert.deepEqual(lifeOf(1), lifeOf(1));
  assert.notDeepEqual(lifeOf(1), lifeOf(2));
});

describe('the goals', () => {
  for (const nodes of [1_000, 30_000, 32_000, 50_000, 100_000]) {
    test(`hold for ${nodes} nodes`, () => {
      const fleet = oneQuota(nodes);
      const figures = simulate(fleet, HOUR);
      assert.equal(lateness({ fleet, figures }), undefined);
      assert.equal(figures.get('start')?.tokens, nodes);
    });
  }

  test('hold, with a hundredth more, where the kubelet backs off first', () => {
    for (const nodes of [32_000, 50_000, 100_000]) {
      const fleet = oneQuota(nodes, { kubelet: backsOffFirst });
      const { allAfter = Number.POSITIVE_INFINITY } = phaseOf(fleet, 'start', HOUR);
      assert.ok(allAfter <= leastTime(fleet) * 1.22, `${nodes}: ${allAfter}`);
    }
  });

  test('hold for as many nodes as the quota gives tokens in their start, and for twenty registries', () => {
    const fleet = fleetOf(5_000, 1, { registries: 20 });
    assert.ok(leastTime(fleet) > MINUTE);
    assert.equal(lateness({ fleet, figures: simulate(fleet, HOUR) }), undefined);
  });

  test('half the throttled calls of the half-life rule, and a quarter of its failed runs', () => {
    const [byOurs, byTheirs] = [ours, ecrCredentialProvider].map((plugin) =>
      phaseOf(oneQuota(100_000, { plugin }), 'start', HOUR),
    );
    assert.ok(byOurs !== undefined && byTheirs !== undefined);
    assert.ok(byOurs.throttled < byTheirs.throttled / 2, `${byOurs.throttled} of ${byTheirs.throttled}`);
    assert.ok(byOurs.failedRuns < byTheirs.failedRuns / 4, `${byOurs.failedRuns} of ${byTheirs.failedRuns}`);
  });

  test('are told where they do not hold', () => {
    const never: Plugin = {
      name: 'never',
      waitAfter: () => undefined,
      assumesAnew: false,
      cacheDuration: () => HOUR,
    };
    const fleet = oneQuota(40_000, { plugin: never, startWindow: SECOND });
    const figures = simulate(fleet, MINUTE);
    assert.match(lateness({ fleet, figures }) ?? '', /^40000 nodes × 1 by grant with never: /);
  });
});

describe('the table', () => {
  const outcome = { fleet: fleetOf(1_000, 1), figures: simulate(fleetOf(1_000, 1)) };

  test('leaves out what is the same in all rows, and has a line for each', () => {
    const rows = NAMES.map((name) => cellsOf(outcome, name));
    const lines = tableText(rows).split('\n');
    assert.match(lines[0] ?? '', /^\| when \| plugin \| at least \| /);
    assert.equal(lines.length, 2 + NAMES.length);
    assert.deepEqual([...new Set(lines.map((line) => line.split('|').length))].length, 1);
  });

  test('says how long the fleet takes at least: of an outage, from its end', () => {
    assert.equal(cellsOf(outcome, 'start')[6], '60 s');
    assert.equal(cellsOf(outcome, 'steady')[6], '–');
    assert.equal(cellsOf(outcome, 'outage')[6], '602 s');
  });
});

test('The scenarios leave out what is larger than wanted', () => {
  const sizes = scenariosOf({ nodes: 3_000, registries: 20, seed: 1 }).flatMap(({ fleets }) => fleets);
  assert.deepEqual([...new Set(sizes.map(({ nodes }) => nodes))], [1_000, 3_000]);
  const counts = scenariosOf({ nodes: 100_000, registries: 5, seed: 1 }).flatMap(({ fleets }) => fleets);
  assert.equal(Math.max(...counts.map(({ registries }) => registries)), 5);
});
