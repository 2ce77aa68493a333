// The clock that never goes back, made of a system's three clocks, and the time that has passed on each.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClock, elapsed, wallTime } from '../../src/clock.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

/** A machine that runs, sleeps, and whose clock is set; `looks` counts the readings of its uptime. */
function createMachine() {
  const machine = {
    wall: START,
    running: 5_000,
    uptime: 5_000,
    looks: 0,
    sleep(ms: number) {
      machine.wall += ms;
      machine.uptime += ms;
    },
    run(ms: number) {
      machine.sleep(ms);
      machine.running += ms;
    },
    set(ms: number) {
      machine.wall += ms;
    },
  };
  const clock = createClock({
    wall: () => machine.wall,
    running: () => machine.running,
    uptime: () => {
      machine.looks += 1;
      return machine.uptime;
    },
  });
  return Object.assign(machine, { clock });
}

type Machine = ReturnType<typeof createMachine>;

describe('of the steady clock', () => {
  const rows: readonly [string, (machine: Machine) => void, number][] = [
    ['a run counts', (machine) => machine.run(HOUR), HOUR],
    ['a sleep counts', (machine) => machine.sleep(8 * HOUR), 8 * HOUR],
    ['a clock that is set back by hours changes nothing', (machine) => machine.set(-3 * HOUR), 0],
    ['a clock that is set forward by hours changes nothing', (machine) => machine.set(5 * HOUR), 0],
    [
      'a sleep counts also where the clock is set back after it',
      (machine) => {
        machine.sleep(8 * HOUR);
        machine.set(-9 * HOUR);
        machine.run(10);
      },
      8 * HOUR + 10,
    ],
  ];
  for (const [what, happen, steady] of rows) {
    test(what, () => {
      const machine = createMachine();
      const before = machine.clock();
      happen(machine);
      assert.equal(machine.clock().steady - before.steady, steady);
      assert.equal(machine.clock().wall, machine.wall);
    });
  }

  test('no reading is before another, though the uptime is in whole seconds', () => {
    const machine = createMachine();
    machine.run(1_900);
    let last = machine.clock().steady;
    for (let time = 0; time < 5_000; time += 1) {
      machine.running += 7;
      machine.wall += 7;
      machine.uptime = Math.floor(machine.running / 1_000) * 1_000;
      const { steady } = machine.clock();
      assert.ok(steady >= last);
      last = steady;
    }
    assert.ok(last - machine.uptime < 2_000);
  });
});

test('the uptime, which is dear to read, is read once a second, and at once after a sleep', () => {
  const machine = createMachine();
  for (let time = 0; time < 1_000; time += 1) {
    machine.run(1);
    machine.clock();
  }
  assert.equal(machine.looks, 1, 'when it was made');
  machine.run(1);
  machine.clock();
  assert.equal(machine.looks, 2);
  machine.sleep(HOUR);
  machine.clock();
  assert.equal(machine.looks, 3);
});

test('the system’s clocks say milliseconds', () => {
  const clock = createClock();
  const before = Date.now();
  const { wall, steady } = clock();
  assert.ok(wall >= before && wall <= Date.now());
  assert.ok(Number.isInteger(steady) && steady > 0);
  assert.ok(elapsed({ wall, steady }, clock()) >= 0);
});

test('what has passed is the more of both clocks', () => {
  const from = { wall: START, steady: 100 };
  assert.equal(elapsed(from, { wall: START + 5, steady: 107 }), 7);
  assert.equal(elapsed(from, { wall: START + 9, steady: 107 }), 9);
  assert.equal(elapsed(from, { wall: START - HOUR, steady: 107 }), 7);
});

test('a moment is said on the wall clock as it is set now', () => {
  const from = { wall: START, steady: 100 };
  assert.equal(wallTime(from, { wall: START - HOUR, steady: 107 }), START - HOUR - 7);
});
