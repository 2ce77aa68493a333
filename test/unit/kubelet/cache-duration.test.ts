// Tests how long the kubelet keeps a token, and the duration's text.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cacheDuration, kubernetesDuration } from '../../../src/kubelet/cache-duration.ts';

const HOUR = 3_600_000;

describe('the kubelet keeps a token', () => {
  test('for half of its remaining life at most, and for three eighths at least', () => {
    assert.equal(
      cacheDuration(12 * HOUR, () => 0),
      6 * HOUR,
    );
    const least = cacheDuration(12 * HOUR, () => 1 - Number.EPSILON);
    assert.ok(least >= 4.5 * HOUR && least < 4.5 * HOUR + 1_000, String(least));
  });

  test('for another time on each node: a second more of chance is a second less', () => {
    const durations = [0, 0.25, 0.5, 0.75].map((chance) => cacheDuration(8 * HOUR, () => chance));
    assert.deepEqual(durations, [4 * HOUR, 3.75 * HOUR, 3.5 * HOUR, 3.25 * HOUR]);
  });

  test('for whole seconds', () => {
    assert.equal(
      cacheDuration(121_999, () => 0),
      60_000,
    );
    assert.equal(cacheDuration(HOUR + 1, () => 0.123456) % 1_000, 0);
  });

  test('not at all where it is about to die, is dead, or has no known end', () => {
    for (const lifeLeft of [59_999, 1, 0, -HOUR, Number.NaN]) {
      assert.equal(
        cacheDuration(lifeLeft, () => 0),
        0,
      );
    }
    assert.equal(
      cacheDuration(60_000, () => 0),
      30_000,
    );
  });
});

for (const [text, ms] of Object.entries({
  '5h30m0s': 19_800_000,
  '6h0m0s': 21_600_000,
  '4h59m59s': 17_999_999,
  '1h0m1s': 3_601_000,
  '30m0s': 1_800_000,
  '1m5s': 65_000,
  '59s': 59_000,
  '0s': 0,
  '120h0m0s': 432_000_000,
})) {
  test(`${ms} ms is ${text} for Kubernetes`, () => assert.equal(kubernetesDuration(ms), text));
}
