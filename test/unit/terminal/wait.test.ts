// Tests the line about a wait without a terminal. Tests of the built program cover terminals.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createWaits } from '../../../src/terminal/wait.ts';

const BEFORE = 2_999;

test('Where there is no terminal, a wait is told when it is long, once, and on a line of its own', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stderr = new PassThrough();
  const end = createWaits(stderr, {})('Asking STS as profile \u001b[31mdev');
  t.mock.timers.tick(BEFORE);
  assert.equal(stderr.read(), null);
  t.mock.timers.tick(60_000);
  end();
  assert.equal(String(stderr.read()), 'Asking STS as profile \\u{1b}[31mdev …\n');
});

test('A wait that is over is not told', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stderr = new PassThrough();
  const end = createWaits(stderr, {})('Asking ECR');
  t.mock.timers.tick(BEFORE);
  end();
  t.mock.timers.tick(60_000);
  assert.equal(stderr.read(), null);
});

test('Of many waits at once, where there is no terminal, one line is told, of the oldest', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stderr = new PassThrough();
  const show = createWaits(stderr, {});
  const ends = ['a', 'b', 'c'].map((profile) => show(`Asking STS as profile ${profile}`));
  ends[0]?.();
  t.mock.timers.tick(60_000);
  for (const end of ends) end();
  assert.equal(String(stderr.read()), 'Asking STS as profile b (and 1 more) …\n');
});

for (const env of [{ TERM: 'dumb' }, { TERM: 'xterm', CI: 'true' }]) {
  test(`A terminal with ${JSON.stringify(env)} gets plain lines`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    createWaits(stderr, env)('Asking ECR');
    t.mock.timers.tick(60_000);
    assert.equal(String(stderr.read()), 'Asking ECR …\n');
  });
}
