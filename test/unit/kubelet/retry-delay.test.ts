// Tests how long the plugin waits after a throttled answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLUGIN_DEADLINE, retryDelay } from '../../../src/kubelet/retry-delay.ts';

/**
 * The times of the calls of a run that is always throttled, in milliseconds from its begin; all calls take the same
 * time.
 */
function callsOf(random: () => number, callMs = 100): number[] {
  const calls: number[] = [];
  for (let now = 0; ; ) {
    calls.push(now);
    const wait = retryDelay(now + callMs, random);
    if (wait === undefined) return calls;
    now += callMs + wait;
  }
}

test('A wait is seven to fifteen seconds, as chance says', () => {
  assert.equal(
    retryDelay(0, () => 0),
    15_000,
  );
  assert.equal(
    retryDelay(0, () => 0.5),
    11_250,
  );
  const least = retryDelay(20_000, () => 1 - Number.EPSILON) ?? 0;
  assert.ok(least >= 7_500 && least < 7_501, String(least));
});

test('A throttled run calls four to seven times', () => {
  assert.equal(callsOf(() => 0).length, 4);
  assert.equal(callsOf(() => 1).length, 7);
});

test('A throttled run uses its time to the end, and its last call is over before the deadline', () => {
  for (const chance of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]) {
    const last = callsOf(() => chance).at(-1) ?? 0;
    assert.ok(last > PLUGIN_DEADLINE - 3_500, `${last} of ${chance}`);
    assert.ok(last + 2_500 < PLUGIN_DEADLINE, `${last} of ${chance}`);
  }
});

test('Where the time is over, there is no other call', () => {
  for (const elapsed of [PLUGIN_DEADLINE - 1, PLUGIN_DEADLINE, 60_000]) {
    assert.equal(
      retryDelay(elapsed, () => 0),
      undefined,
    );
  }
});
