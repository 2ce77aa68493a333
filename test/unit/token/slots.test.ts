// How long a token is given out, and what happens to its bytes.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { Token } from '../../../src/questions.ts';
import { asked, createSlotsFixture, HOST, HOUR, MINUTE, policy, START } from '../../support/unit/slots.ts';

describe('a token', () => {
  const rows = [
    ['that lives 12 hours', 12 * HOUR, {}, 12 * HOUR - 15 * MINUTE],
    ['that lives 1 hour', HOUR, {}, HOUR - 6 * MINUTE],
    ['with a margin of nothing', 12 * HOUR, { refreshMargin: 0 }, 12 * HOUR],
    ['with a max_token_age of 1 hour', 12 * HOUR, { maxTokenAge: HOUR }, HOUR - 6 * MINUTE],
    ['with a margin of 1 hour', 12 * HOUR, { refreshMargin: HOUR }, 11 * HOUR],
    [
      'with a margin beyond a tenth of its life',
      12 * HOUR,
      { refreshMargin: 6 * HOUR },
      12 * HOUR - 72 * MINUTE,
    ],
  ] as const;
  for (const [what, life, change, due] of rows) {
    test(`${what} is handed out for ${due / MINUTE} minutes and then renewed`, async () => {
      const fixture = createSlotsFixture();
      fixture.life = life;
      const own = { ...policy, ...change };
      assert.equal(await fixture.get('key', HOST, own), 'password-1');
      fixture.now = START + due - 1;
      assert.equal(await fixture.get('key', HOST, own), 'password-1');
      fixture.now = START + due;
      assert.equal(await fixture.get('key', HOST, own), 'password-2');
      assert.equal(await fixture.get('key', HOST, own), 'password-2');
      assert.equal(fixture.mints, 2);
    });
  }

  test('serves on where it cannot be renewed, until it really expires and never after', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.failure = new Error('no network');
    fixture.now = START + 12 * HOUR - 1;
    assert.equal(await fixture.get(), 'password-1');
    fixture.now = START + 12 * HOUR;
    await assert.rejects(fixture.get(), fixture.failure);
    fixture.now = START + 13 * HOUR;
    await assert.rejects(fixture.get(), fixture.failure);
    fixture.failure = undefined;
    assert.notEqual(await fixture.get(), 'password-1');
  });

  test('does not serve on beyond max_token_age', async () => {
    const fixture = createSlotsFixture();
    const own = { ...policy, maxTokenAge: HOUR };
    await fixture.get('key', HOST, own);
    fixture.failure = new Error('no network');
    fixture.now = START + HOUR - 1;
    assert.equal(await fixture.get('key', HOST, own), 'password-1');
    fixture.now = START + HOUR;
    await assert.rejects(fixture.get('key', HOST, own), fixture.failure);
    assert.equal(
      await fixture.get('key', HOST, policy),
      'password-1',
      'who allows a longer age still has it',
    );
  });

  test('that expires while its renewal is under way is not handed out when that fails', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.now = START + 12 * HOUR - 1;
    const slow = Promise.withResolvers<Token>();
    const answer = fixture.cache.get({ ...asked, mint: () => slow.promise });
    fixture.now += 1;
    slow.reject(new Error('deadline'));
    await assert.rejects(answer, { message: 'deadline' });
  });

  for (const [what, expiresAt] of [
    ['in the past', Date.UTC(2015, 0, 1)],
    ['now', START],
    ['at no time at all', Number.NaN],
  ] as const) {
    test(`that expires ${what} is handed out once and not kept`, async () => {
      const fixture = createSlotsFixture();
      let mints = 0;
      const mint = async () => ({
        username: 'AWS',
        password: `password-${++mints}`,
        expiresAt,
        awsNow: START,
      });
      for (const count of [1, 2]) {
        assert.equal((await fixture.cache.get({ ...asked, mint })).password, `password-${count}`);
        assert.equal(mints, count);
      }
      assert.deepEqual(fixture.cache.status(), []);
    });
  }

  test('is dead after a sleep in which it expired', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.now += 24 * HOUR;
    assert.ok(!fixture.cache.holds(HOST, 'password-1'));
    assert.deepEqual(fixture.cache.status(), []);
    assert.equal(await fixture.get(), 'password-2');
  });

  test('is handed out as it was minted', async () => {
    const { cache } = createSlotsFixture();
    const token = { username: 'AWS', password: 'pässword 🗝', expiresAt: START + HOUR, awsNow: START };
    const get = () => cache.get({ ...asked, mint: async () => token });
    assert.deepEqual(await get(), token);
    assert.deepEqual(await get(), { ...token, age: 0 });
  });

  test('is kept for its own key only', async () => {
    const fixture = createSlotsFixture();
    assert.deepEqual(
      [await fixture.get('one'), await fixture.get('two'), await fixture.get('one')],
      ['password-1', 'password-2', 'password-1'],
    );
  });
});

describe('the bytes of a password', () => {
  /** The cache's own copies of the passwords of a call. */
  async function buffersOf(call: () => Promise<unknown>): Promise<Buffer[]> {
    const from = mock.method(Buffer, 'from');
    try {
      await call();
      return from.mock.calls.flatMap(({ result }) =>
        result?.toString().startsWith('password-') ? [result] : [],
      );
    } finally {
      from.mock.restore();
    }
  }

  const ways: Readonly<Record<string, (fixture: ReturnType<typeof createSlotsFixture>) => unknown>> = {
    'it is evicted': ({ cache }) => cache.evict(HOST),
    'all is cleared': ({ cache }) => cache.clear(),
    'it has expired and is purged': (fixture) => {
      fixture.now += 13 * HOUR;
      fixture.cache.purge();
    },
    'it is renewed': async (fixture) => {
      fixture.now += 12 * HOUR - 1;
      await fixture.get();
    },
    'others crowd it out': async (fixture) => {
      for (let index = 0; index < 1_000; index += 1) await fixture.get(`other ${index}`);
    },
  };
  for (const [when, go] of Object.entries(ways)) {
    test(`are zeroed when ${when}`, async () => {
      const fixture = createSlotsFixture();
      const [bytes] = await buffersOf(() => fixture.get());
      assert.equal(bytes?.toString(), 'password-1');
      await go(fixture);
      assert.ok(bytes.every((byte) => byte === 0));
    });
  }

  test('stay while a purge finds nothing expired', async () => {
    const fixture = createSlotsFixture();
    await fixture.get();
    fixture.cache.purge();
    assert.equal(await fixture.get(), 'password-1');
  });
});

test('a cache holds a password for the hostnames that it was handed out for', async () => {
  const fixture = createSlotsFixture();
  await fixture.get('key', HOST);
  assert.ok(fixture.cache.holds(HOST, 'password-1'));
  assert.ok(!fixture.cache.holds(HOST, 'password-2'));
  assert.ok(!fixture.cache.holds('other.example', 'password-1'));
  await fixture.get('key', 'other.example');
  assert.ok(fixture.cache.holds('other.example', 'password-1'));
});

test('a token is of the hostnames that it was handed out for, not of those that it failed for before', async () => {
  const fixture = createSlotsFixture();
  fixture.failure = new Error('no network');
  await assert.rejects(fixture.get('key', 'failed.example'));
  fixture.failure = undefined;
  await fixture.get('key', HOST);
  assert.deepEqual(fixture.cache.status()[0]?.hostnames, [HOST]);
  assert.ok(!fixture.cache.holds('failed.example', 'password-2'));
});

test('a token that follows a dead one begins its use anew', async () => {
  const fixture = createSlotsFixture();
  await fixture.get('key', HOST);
  fixture.now += 24 * HOUR;
  await fixture.get('key', 'later.example');
  const [{ hostnames, served, mints } = {}] = fixture.cache.status();
  assert.deepEqual({ hostnames, served, mints }, { hostnames: ['later.example'], served: 1, mints: 2 });
});

test('the status has no secret in it', async () => {
  const fixture = createSlotsFixture();
  await fixture.get();
  assert.doesNotMatch(JSON.stringify(fixture.cache.status()), /password/);
});

test('a renewed token keeps the hostnames of the one before', async () => {
  const fixture = createSlotsFixture();
  await fixture.get('key', HOST);
  fixture.now += 12 * HOUR - 1;
  await fixture.get('key', 'other.example');
  assert.deepEqual(fixture.cache.status()[0]?.hostnames.toSorted(), [HOST, 'other.example']);
});
