// A token's lifetime with clocks that are wrong, that are set, and that stop while a laptop sleeps.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import type { Token } from '../../../src/questions.ts';
import { createSlots } from '../../../src/token/slots.ts';
import { asked, createSlotsFixture, HOST, HOUR, MINUTE, START } from '../../support/unit/slots.ts';

const DUE = 12 * HOUR - 15 * MINUTE;

describe('where this machine and AWS are apart', () => {
  for (const hours of [-13, -5, 5, 13]) {
    test(`by ${hours} h, a token is served from memory until AWS says that it has expired`, async () => {
      const fixture = createSlotsFixture();
      fixture.awsAhead = hours * HOUR;
      for (let time = 0; time < 3; time += 1) assert.equal(await fixture.get(), 'password-1');
      fixture.now = START + DUE - 1;
      assert.equal(await fixture.get(), 'password-1');
      assert.equal(fixture.mints, 1);
      fixture.failure = new Error('no network');
      fixture.now = START + 12 * HOUR - 1;
      assert.equal(await fixture.get(), 'password-1');
      fixture.now = START + 12 * HOUR;
      await assert.rejects(fixture.get(), fixture.failure);
    });
  }

  test('a token says what is left of its life, with its expiry as ECR said it', async () => {
    const fixture = createSlotsFixture();
    fixture.awsAhead = -13 * HOUR;
    await fixture.get();
    fixture.now += HOUR;
    const expiresAt = START - HOUR;
    const [status] = fixture.cache.status();
    assert.deepEqual([status?.expiresAt, status?.leftMs], [expiresAt, 11 * HOUR]);
    const token = await fixture.cache.get({ ...asked, mint: fixture.mint });
    assert.deepEqual([token.expiresAt, token.awsNow], [expiresAt, expiresAt - 11 * HOUR]);
  });

  test('each mint says what time it is at AWS', async () => {
    const heard: number[] = [];
    const fixture = createSlotsFixture();
    fixture.awsAhead = 5 * HOUR;
    const cache = createSlots(
      fixture.clock,
      () => 0,
      ({ awsNow }) => heard.push(awsNow),
    );
    for (let time = 0; time < 2; time += 1) await cache.get({ ...asked, mint: fixture.mint });
    assert.deepEqual(heard, [START + 5 * HOUR]);
  });
});

describe('where this machine’s clock changes', () => {
  test('back by 3 h, no token lives longer', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.wallAhead = -3 * HOUR;
    fixture.failure = new Error('no network');
    fixture.now = START + 12 * HOUR - 1;
    assert.equal(await fixture.get(), 'password-1');
    fixture.now = START + 12 * HOUR;
    await assert.rejects(fixture.get(), fixture.failure);
    assert.ok(!fixture.cache.holds(HOST, 'password-1'));
  });

  test('forward, the token is older by it: that may be the time that a steady clock has missed', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.wallAhead = DUE - 1;
    assert.equal(await fixture.get(), 'password-1');
    fixture.wallAhead = 12 * HOUR;
    assert.deepEqual(fixture.cache.status(), []);
    assert.equal(await fixture.get(), 'password-2');
    assert.equal(await fixture.get(), 'password-2');
    assert.equal(fixture.mints, 2);
  });

  test('back by hours, max_token_age is none longer', async () => {
    const fixture = createSlotsFixture();
    const own = { refreshMargin: 0, maxTokenAge: HOUR };
    await fixture.get('key', HOST, own);
    fixture.wallAhead = -10 * HOUR;
    fixture.now = START + HOUR - 1;
    assert.equal(await fixture.get('key', HOST, own), 'password-1');
    fixture.now = START + HOUR;
    assert.equal(await fixture.get('key', HOST, own), 'password-2');
  });

  test('back by hours, a token is renewed ahead of its end, and tried again, when it is time', async () => {
    const fixture = createSlotsFixture();
    const use = () => fixture.cache.get({ ...asked, mint: fixture.mint, renew: () => fixture.mint() });
    const look = async () => {
      fixture.cache.refreshAhead();
      await new Promise(setImmediate);
      return fixture.mints;
    };
    await use();
    fixture.wallAhead = -10 * HOUR;
    fixture.now = START + DUE - 1;
    await use();
    assert.equal(await look(), 1);
    fixture.failure = new Error('no network');
    fixture.now = START + DUE;
    assert.equal(await look(), 2);
    fixture.wallAhead = -20 * HOUR;
    fixture.now += MINUTE - 1;
    assert.equal(await look(), 2);
    fixture.now += 1;
    assert.equal(await look(), 3);
  });

  test('back by hours, a failure of AWS answers no longer than a moment, and is shown no longer than an hour', async () => {
    const fixture = createSlotsFixture();
    const refused = new XacctError('access-denied', 'no');
    fixture.failure = refused;
    await assert.rejects(fixture.get(), refused);
    fixture.wallAhead = -10 * HOUR;
    await assert.rejects(fixture.get(), refused);
    assert.equal(fixture.mints, 1);
    assert.equal(fixture.cache.failures()[0]?.at, START - 10 * HOUR, 'as the clock is set now');
    fixture.now += 3_000;
    await assert.rejects(fixture.get(), refused);
    assert.equal(fixture.mints, 2);
    fixture.wallAhead = -20 * HOUR;
    fixture.now += HOUR;
    assert.deepEqual(fixture.cache.failures(), []);
  });

  test('its use is said by the clock as it is set now', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.now += MINUTE;
    await fixture.get();
    fixture.now += 1_000;
    fixture.wallAhead = -3 * HOUR;
    const [status] = fixture.cache.status();
    const now = fixture.clock().wall;
    assert.deepEqual([status?.mintedAt, status?.lastServed], [now - MINUTE - 1_000, now - 1_000]);
  });
});

test('a token that is expired on arrival is not asked for at each look ahead', async () => {
  const fixture = createSlotsFixture();
  let renewals = 0;
  const awsNow = START + DUE;
  const expired: Token = { username: 'AWS', password: 'expired', expiresAt: Date.UTC(2015, 0, 1), awsNow };
  const renew = async () => {
    renewals += 1;
    return expired;
  };
  const use = () => fixture.cache.get({ ...asked, mint: fixture.mint, renew });
  await use();
  fixture.now = START + DUE - 1;
  await use();
  fixture.now = START + DUE;
  for (let time = 0; time < 3; time += 1) {
    fixture.cache.refreshAhead();
    await new Promise(setImmediate);
  }
  assert.equal(renewals, 1);
  assert.equal((await use()).password, 'password-1', 'the one before serves on');
});
