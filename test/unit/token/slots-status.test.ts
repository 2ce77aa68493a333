// Tests what the cache says about its tokens: whose and where they are, their use, their mints, their failures.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import type { Token } from '../../../src/questions.ts';
import { createSlots } from '../../../src/token/slots.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const about = { identity: 'profile dev', region: 'us-east-1' };
const expired = new XacctError('sso-expired', 'the session\nhas expired', {
  hint: { run: command`aws sso login` },
});
const EXPIRED = { text: 'the session has expired', hint: { run: ['aws', 'sso', 'login'] } };

/** A cache whose clock moves only when it is set. Tokens live 12 hours; while `failure` is set, mints fail. */
function createFixture() {
  const fixture = {
    now: START,
    failure: undefined as unknown,
    mint: async (): Promise<Token> => {
      if (fixture.failure !== undefined) throw fixture.failure;
      return {
        username: 'AWS',
        password: 'password',
        expiresAt: fixture.now + 12 * HOUR,
        awsNow: fixture.now,
      };
    },
  };
  const cache = createSlots(
    () => ({ wall: fixture.now, steady: fixture.now }),
    () => 0,
  );
  const get = (key = 'key', hostname = HOST) =>
    cache.get({
      key,
      hostname,
      about,
      policy: { refreshMargin: 900_000, maxTokenAge: 12 * HOUR },
      mint: fixture.mint,
      renew: () => fixture.mint(),
    });
  const fail = (key?: string, hostname?: string) => assert.rejects(get(key, hostname));
  return Object.assign(fixture, { cache, get, fail });
}

describe('a token’s status', () => {
  test('says who and where it is, and how it was used', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.now += HOUR;
    await fixture.get('key', 'other.example');
    assert.deepEqual(fixture.cache.status(), [
      {
        ...about,
        hostnames: [HOST, 'other.example'],
        mintedAt: START,
        expiresAt: START + 12 * HOUR,
        leftMs: 11 * HOUR,
        served: 2,
        lastServed: START + HOUR,
        mints: 1,
      },
    ]);
  });

  test('counts renewals as mints, and its use goes on', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.now += 12 * HOUR - 1;
    await fixture.get();
    fixture.now += 12 * HOUR - 900_000;
    fixture.cache.refreshAhead();
    await new Promise(setImmediate);
    const [{ mints, served } = {}] = fixture.cache.status();
    assert.deepEqual({ mints, served }, { mints: 2, served: 2 }, 'unused for two hours: not renewed');
    await fixture.get();
    assert.equal(fixture.cache.status()[0]?.mints, 3);
  });

  test('counts the mints of a key beyond the end of its token', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.now += 24 * HOUR;
    await fixture.get();
    assert.equal(fixture.cache.status()[0]?.mints, 2);
  });

  test('has the last failed renewal, until one succeeds', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.failure = expired;
    fixture.now += 12 * HOUR - 900_000;
    await fixture.get();
    const [status] = fixture.cache.status();
    assert.deepEqual(status?.lastError, { ...EXPIRED, at: fixture.now });
    assert.equal(status.mints, 1);
    fixture.failure = undefined;
    fixture.now += 120_000;
    await fixture.get();
    assert.ok(!Object.hasOwn(fixture.cache.status()[0] ?? {}, 'lastError'));
  });

  test('has a failed renewal in the background, and one whose identity could not be found', async () => {
    for (const how of ['in the mint', 'before it'] as const) {
      const fixture = createFixture();
      const renew = () => {
        if (how === 'before it') throw expired;
        return Promise.reject(expired);
      };
      const policy = { refreshMargin: 900_000, maxTokenAge: 12 * HOUR };
      const request = { key: 'key', hostname: HOST, about, policy, mint: fixture.mint, renew };
      await fixture.cache.get(request);
      fixture.now += 11 * HOUR;
      await fixture.cache.get(request);
      fixture.now += 45 * 60_000;
      fixture.cache.refreshAhead();
      await new Promise(setImmediate);
      assert.deepEqual(fixture.cache.status()[0]?.lastError, { ...EXPIRED, at: fixture.now }, how);
    }
  });
});

describe('a failure without a token', () => {
  test('is kept with whom and what it was for, for an hour', async () => {
    const fixture = createFixture();
    fixture.failure = expired;
    await fixture.fail();
    await fixture.fail('key', 'other.example');
    const failure = { ...about, hostnames: [HOST, 'other.example'], ...EXPIRED, at: START };
    fixture.now += HOUR - 1;
    assert.deepEqual(fixture.cache.failures(), [failure]);
    assert.deepEqual(fixture.cache.status(), []);
    fixture.now += 1;
    assert.deepEqual(fixture.cache.failures(), []);
  });

  test('ends with a success', async () => {
    const fixture = createFixture();
    fixture.failure = expired;
    await fixture.fail();
    fixture.failure = undefined;
    await fixture.get();
    fixture.cache.clear();
    await fixture.get();
    assert.deepEqual(fixture.cache.failures(), []);
  });

  test('is no failure without a token where there is one', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.failure = expired;
    fixture.now += 12 * HOUR - 1;
    await fixture.get();
    assert.deepEqual(fixture.cache.failures(), []);
    fixture.now += 2;
    assert.equal(fixture.cache.failures().length, 1);
  });

  test('is forgotten with its hostname, or with everything', async () => {
    const fixture = createFixture();
    fixture.failure = expired;
    await fixture.fail('one', HOST);
    await fixture.fail('two', 'other.example');
    fixture.cache.evict(HOST);
    assert.deepEqual(
      fixture.cache.failures().map(({ hostnames }) => hostnames),
      [['other.example']],
    );
    fixture.cache.clear();
    assert.deepEqual(fixture.cache.failures(), []);
  });

  test('crowds out no token, however many there are', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.failure = expired;
    for (let index = 0; index <= 1_000; index += 1) await fixture.fail(`key ${index}`, `${index}.example`);
    assert.equal(fixture.cache.status().length, 1);
  });

  test('is one of at most two hundred: the oldest go', async () => {
    const fixture = createFixture();
    fixture.failure = expired;
    for (let index = 0; index <= 200; index += 1) await fixture.fail(`key ${index}`, `${index}.example`);
    const hostnames = fixture.cache.failures().flatMap((failure) => failure.hostnames);
    assert.deepEqual([hostnames.length, hostnames.includes('0.example')], [200, false]);
  });
});
