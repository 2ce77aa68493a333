// When a token is renewed: in the background, and again after a failed renewal.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Token } from '../../../src/questions.ts';
import type { Renew } from '../../../src/token/slot.ts';
import { asked, createSlotsFixture, HOST, HOUR, MINUTE, START } from '../../support/unit/slots.ts';

const RETRY_AFTER = 60_000;

describe('a renewal that failed', () => {
  test('is tried again only after a while, and the old token is handed out at once meanwhile', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.failure = new Error('no network');
    const failedAt = START + 12 * HOUR - 15 * MINUTE;
    fixture.now = failedAt;
    for (let time = 0; time < 3; time += 1) assert.equal(await fixture.get(), 'password-1');
    assert.equal(fixture.mints, 2);
    fixture.now = failedAt + RETRY_AFTER - 1;
    assert.equal(await fixture.get(), 'password-1');
    assert.equal(fixture.mints, 2);
    fixture.now = failedAt + RETRY_AFTER;
    fixture.failure = undefined;
    assert.equal(await fixture.get(), 'password-3');
  });

  test('is tried again at once where the old token has died', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.failure = new Error('no network');
    fixture.now = START + 12 * HOUR - 1;
    await fixture.get();
    fixture.now += 1;
    fixture.failure = undefined;
    assert.equal(await fixture.get(), 'password-3');
  });
});

describe('a renewal ahead of its time', () => {
  const HALF = 0.5;
  const due = START + 12 * HOUR - 15 * MINUTE - HALF * 15 * MINUTE;

  /** A token that was minted at START and given out at `usedAt`, with a way to renew it. Afterwards it is `now`. */
  async function prepare(usedAt: number, now: number, renew?: Renew) {
    const fixture = createSlotsFixture();
    fixture.random = HALF;
    const get = () =>
      fixture.cache.get({ ...asked, mint: fixture.mint, renew: renew ?? (() => fixture.mint()) });
    await get();
    fixture.now = usedAt;
    await get();
    fixture.now = now;
    fixture.cache.refreshAhead();
    await new Promise(setImmediate);
    return Object.assign(fixture, { ask: async () => (await get()).password });
  }

  test('begins up to another margin before it is due, by chance', async () => {
    const early = await prepare(due - HOUR, due - 1);
    assert.equal(early.mints, 1);
    const fixture = await prepare(due - HOUR, due);
    assert.equal(fixture.mints, 2);
    assert.equal(await fixture.ask(), 'password-2');
    assert.deepEqual(fixture.cache.status()[0]?.hostnames, [HOST]);
  });

  test('is only for what was handed out in the last two hours', async () => {
    assert.equal((await prepare(due - 2 * HOUR, due)).mints, 2);
    assert.equal((await prepare(due - 2 * HOUR - 1, due)).mints, 1);
  });

  test('leaves the token alone where its identity has changed meanwhile', async () => {
    const fixture = await prepare(due - HOUR, due, () => undefined);
    assert.equal(fixture.mints, 1);
    assert.equal(await fixture.ask(), 'password-1');
  });

  test('that fails is tried again after a while, twice as long each time', async () => {
    const fixture = await prepare(due - HOUR, due - 1);
    fixture.failure = new Error('no network');
    const tries: number[] = [];
    for (let now = due; now < START + 12 * HOUR - 15 * MINUTE; now += 1_000) {
      fixture.now = now;
      const before = fixture.mints;
      fixture.cache.refreshAhead();
      await new Promise(setImmediate);
      if (fixture.mints > before) tries.push((now - due) / 1_000);
    }
    // Twice as long each time, plus a random quarter: 75 s, 150 s, 300 s.
    assert.deepEqual(tries, [0, 75, 225]);
    assert.equal(await fixture.ask(), 'password-1');
  });

  test('throws nothing if the identity cannot be found', async () => {
    const fixture = await prepare(due - HOUR, due, () => {
      throw new Error('a broken config');
    });
    assert.equal(await fixture.ask(), 'password-1');
  });

  test('of a token that was forgotten meanwhile does not bring it back', async () => {
    const renewed = Promise.withResolvers<Token>();
    const fixture = await prepare(due - HOUR, due, () => renewed.promise);
    fixture.cache.evict(HOST);
    renewed.resolve({ username: 'AWS', password: 'renewed', expiresAt: due + HOUR, awsNow: due });
    await new Promise(setImmediate);
    assert.deepEqual(fixture.cache.status(), []);
  });
});
