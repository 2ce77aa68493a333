// How long an MFA session is used, by AWS's clock and by two of this machine's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMfaSessionStore } from '../../../src/token/mfa-session-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);
const SERIAL = 'arn:aws:iam::444455556666:mfa/dev';

/** `now` is on the steady clock; the wall clock is `wallAhead` of it. */
function createFixture() {
  const fixture = { now: START, wallAhead: 0 };
  const store = createMfaSessionStore(() => ({
    wall: fixture.now + fixture.wallAhead,
    steady: fixture.now,
  }));
  const begin = (begunAt: number, sessionToken = 'token') => {
    const keys = { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken };
    store.set('keys', SERIAL, { ...keys, begunAt, expiresAt: begunAt + 12 * HOUR });
  };
  return Object.assign(fixture, { store, begin });
}

describe('a session lasts until a minute before its end', () => {
  for (const hours of [0, -13, 13]) {
    test(`where AWS's clock is ${hours} h ahead`, () => {
      const { store, begin, ...fixture } = createFixture();
      const begunAt = fixture.now + hours * HOUR;
      begin(begunAt);
      assert.equal(store.get('keys')?.sessionToken, 'token');
      assert.deepEqual(store.status(), [
        { serial: SERIAL, expiresAt: begunAt + 12 * HOUR, leftMs: 12 * HOUR },
      ]);
      assert.deepEqual(store.statusOf('keys'), store.status()[0]);
    });
  }

  for (const [what, wallAhead] of [
    ['stays', 0],
    ['is set back by 3 h', -3 * HOUR],
  ] as const) {
    test(`where this machine's clock ${what}`, () => {
      const fixture = createFixture();
      fixture.begin(START);
      fixture.wallAhead = wallAhead;
      fixture.now = START + 12 * HOUR - MINUTE - 1;
      assert.equal(fixture.store.statusOf('keys')?.leftMs, MINUTE + 1);
      fixture.now += 1;
      assert.equal(fixture.store.get('keys'), undefined);
      assert.deepEqual(fixture.store.status(), []);
    });
  }

  test('where the wall clock alone has counted a sleep', () => {
    const fixture = createFixture();
    fixture.begin(START);
    fixture.wallAhead = 12 * HOUR;
    assert.equal(fixture.store.get('keys'), undefined);
  });
});

test('a session that is over when it comes leaves an earlier one alone', () => {
  const fixture = createFixture();
  fixture.begin(START);
  const keys = { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'late' };
  fixture.store.set('keys', SERIAL, { ...keys, begunAt: START, expiresAt: START + MINUTE });
  assert.equal(fixture.store.get('keys')?.sessionToken, 'token');
});

test('a session that AWS refused is gone, and a newer one stays', () => {
  const fixture = createFixture();
  fixture.begin(START, 'old');
  const old = fixture.store.get('keys') ?? assert.fail();
  fixture.begin(START, 'new');
  fixture.store.refused('keys', old);
  const newer = fixture.store.get('keys') ?? assert.fail();
  assert.equal(newer.sessionToken, 'new');
  fixture.store.refused('keys', newer);
  assert.equal(fixture.store.get('keys'), undefined);
});
