import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueue } from '../../../src/os/queue.ts';

/** Jobs that run until the test ends them. */
function createRuns(queue: ReturnType<typeof createQueue>) {
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const add = (index: number) =>
    queue(() => {
      began.push(index);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends[index] = resolve;
      return promise;
    });
  return { began, ends, add };
}

test('At most so many run at once, in the order in which they came.', async () => {
  const { began, ends, add } = createRuns(createQueue(2));
  const runs = [0, 1, 2, 3].map(add);
  assert.deepEqual(began, [0, 1]);
  ends[1]?.();
  await runs[1];
  // A new one, while the next takes its turn, neither overtakes nor makes three.
  runs.push(add(4));
  await new Promise(setImmediate);
  assert.deepEqual(began, [0, 1, 2]);
  for (const index of [0, 2, 3, 4]) {
    ends[index]?.();
    await runs[index];
    await new Promise(setImmediate);
  }
  assert.deepEqual(began, [0, 1, 2, 3, 4]);
});

test('One that fails makes room, and the last tells that it is idle.', async () => {
  let idle = 0;
  const queue = createQueue(1, () => {
    idle += 1;
  });
  const failing = queue(() => Promise.reject(new Error('no')));
  const waiting = queue(async () => 'done');
  await assert.rejects(failing, { message: 'no' });
  assert.equal(await waiting, 'done');
  assert.equal(idle, 1);
});
