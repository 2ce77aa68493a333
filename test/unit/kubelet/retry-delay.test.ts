// Owns the proof of how long the plugin waits after a throttled answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLUGIN_DEADLINE, retryDelay } from '../../../src/kubelet/retry-delay.ts';

const attempts = [1, 2, 3, 4, 5, 10, 100, 2_000];

test('A wait is any part of its window, from none of it to all', () => {
  for (const attempt of attempts) {
    const window = retryDelay(attempt, () => 1);
    assert.equal(
      retryDelay(attempt, () => 0),
      0,
    );
    assert.equal(
      retryDelay(attempt, () => 0.5),
      window / 2,
    );
  }
});

test('The window doubles with each throttled answer, up to its cap', () => {
  const windows = attempts.map((attempt) => retryDelay(attempt, () => 1));
  assert.equal(windows[1], 2 * (windows[0] ?? 0));
  assert.ok(windows.every((window, i) => window >= (windows[i - 1] ?? 0)));
  assert.equal(new Set(windows.slice(4)).size, 1);
});

test('A window fits twice into the time that a run has, so a run asks at least thrice', () => {
  for (const attempt of attempts) assert.ok(retryDelay(attempt, () => 1) * 2 <= PLUGIN_DEADLINE);
});
