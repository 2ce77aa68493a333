// When a daemon collects its garbage: a moment after the start and after many requests, never during a request.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createHeapTidier } from '../../../src/daemon/small-heap.ts';

/** An unused object, and whether it was collected. */
async function garbage(): Promise<() => boolean> {
  const reference = new WeakRef({});
  // New objects are kept until then.
  await setImmediate();
  return () => reference.deref() === undefined;
}

function startTidier(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const onConnection = createHeapTidier();
  /** @returns a function that closes the connection. */
  const connect = () => {
    const connection = new EventEmitter();
    onConnection(connection);
    return () => void connection.emit('close');
  };
  return {
    connect,
    asked: () => connect()(),
    pass: (milliseconds: number) => t.mock.timers.tick(milliseconds),
  };
}

test('After the first requests it collects four times, half a second apart, and then no more.', async (t) => {
  const { asked, pass } = startTidier(t);
  for (let time = 0; time < 4; time += 1) {
    if (time === 0) asked();
    const isGone = await garbage();
    pass(500);
    assert.ok(isGone(), `${time}`);
  }
  const isGone = await garbage();
  asked();
  pass(60_000);
  assert.ok(!isGone());
});

test('While requests come, it waits.', async (t) => {
  const { asked, pass } = startTidier(t);
  const isGone = await garbage();
  for (let time = 0; time < 20; time += 1) {
    asked();
    pass(250);
  }
  assert.ok(!isGone());
  await setImmediate();
  pass(500);
  assert.ok(isGone());
});

test('Beside a request that takes long, it waits until that is answered.', async (t) => {
  const { connect, asked, pass } = startTidier(t);
  const close = connect();
  asked();
  const isGone = await garbage();
  pass(60_000);
  assert.ok(!isGone());
  await setImmediate();
  close();
  pass(500);
  assert.ok(isGone());
});

test('Later it collects where requests have left megabytes.', async (t) => {
  const { asked, pass } = startTidier(t);
  asked();
  for (let time = 0; time < 5; time += 1) pass(500);
  const held = Buffer.alloc(4 * 1024 * 1024);
  const isGone = await garbage();
  asked();
  pass(500);
  assert.ok(isGone());
  assert.ok(held.length > 0);
});
