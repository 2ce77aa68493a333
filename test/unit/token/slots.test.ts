// Owns the proof of how long a token is handed out, how often it is minted, and what becomes of its bytes.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { Token } from '../../../src/questions.ts';
import type { TokenPolicy } from '../../../src/token/lifetime.ts';
import type { Renew } from '../../../src/token/slot.ts';
import { createSlots, type Slots } from '../../../src/token/slots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RETRY_AFTER = 60_000;
const START = Date.UTC(2026, 0, 1);
const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const policy: TokenPolicy = { refreshMargin: 15 * MINUTE, maxTokenAge: 12 * HOUR };
const about = { identity: 'profile dev', region: 'us-east-1' };
/** What every request is, as far as a test says nothing else. */
const asked = { key: 'key', hostname: HOST, about, policy };

/** A cache with a clock that stands still until it is set, and a mint whose tokens are numbered and live `life` ms. */
function createFixture() {
  const fixture = {
    now: START,
    life: 12 * HOUR,
    mints: 0,
    /** What the cache gets for a random number. */
    random: 0,
    failure: undefined as Error | undefined,
    mint: async (): Promise<Token> => {
      fixture.mints += 1;
      if (fixture.failure !== undefined) throw fixture.failure;
      return {
        username: 'AWS',
        password: `password-${fixture.mints}`,
        expiresAt: fixture.now + fixture.life,
      };
    },
  };
  const cache = createSlots(
    () => fixture.now,
    () => fixture.random,
  );
  const get = async (key = 'key', hostname = HOST, own = policy) =>
    (await cache.get({ key, hostname, about, policy: own, mint: fixture.mint })).password;
  return Object.assign(fixture, { cache, get });
}

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
      const fixture = createFixture();
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
    const fixture = createFixture();
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
    const fixture = createFixture();
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
    const fixture = createFixture();
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
      const fixture = createFixture();
      let mints = 0;
      const mint = async () => ({ username: 'AWS', password: `password-${++mints}`, expiresAt });
      for (const count of [1, 2]) {
        assert.equal((await fixture.cache.get({ ...asked, mint })).password, `password-${count}`);
        assert.equal(mints, count);
      }
      assert.deepEqual(fixture.cache.status(), []);
    });
  }

  test('is dead after a sleep in which it expired', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.now += 24 * HOUR;
    assert.ok(!fixture.cache.holds(HOST, 'password-1'));
    assert.deepEqual(fixture.cache.status(), []);
    assert.equal(await fixture.get(), 'password-2');
  });

  test('is handed out as it was minted', async () => {
    const { cache } = createFixture();
    const token = { username: 'AWS', password: 'pässword 🗝', expiresAt: START + HOUR };
    for (let time = 0; time < 2; time += 1) {
      assert.deepEqual(await cache.get({ ...asked, mint: async () => token }), token);
    }
  });

  test('is kept for its own key only', async () => {
    const fixture = createFixture();
    assert.deepEqual(
      [await fixture.get('one'), await fixture.get('two'), await fixture.get('one')],
      ['password-1', 'password-2', 'password-1'],
    );
  });
});

describe('a renewal that failed', () => {
  test('is tried again only after a while, and the old token is handed out at once meanwhile', async () => {
    const fixture = createFixture();
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
    const fixture = createFixture();
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

  /** A token that was minted at START and handed out at `usedAt`, with a way to renew it; then it is `now`. */
  async function prepare(usedAt: number, now: number, renew?: Renew) {
    const fixture = createFixture();
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
    // Twice as long each time, and a quarter more by chance: 75 s, 150 s, 300 s.
    assert.deepEqual(tries, [0, 75, 225]);
    assert.equal(await fixture.ask(), 'password-1');
  });

  test('throws nothing where who to be cannot be told', async () => {
    const fixture = await prepare(due - HOUR, due, () => {
      throw new Error('a broken config');
    });
    assert.equal(await fixture.ask(), 'password-1');
  });

  test('of a token that was forgotten meanwhile does not bring it back', async () => {
    const renewed = Promise.withResolvers<Token>();
    const fixture = await prepare(due - HOUR, due, () => renewed.promise);
    fixture.cache.evict(HOST);
    renewed.resolve({ username: 'AWS', password: 'renewed', expiresAt: due + HOUR });
    await new Promise(setImmediate);
    assert.deepEqual(fixture.cache.status(), []);
  });
});

describe('however many ask at once', () => {
  test('one mint serves them all, and each hostname counts', async () => {
    const fixture = createFixture();
    const hostnames = Array.from({ length: 40 }, (_, index) => `${index}.example`);
    const passwords = await Promise.all(hostnames.map((hostname) => fixture.get('key', hostname)));
    assert.deepEqual(new Set(passwords), new Set(['password-1']));
    assert.equal(fixture.mints, 1);
    assert.deepEqual(
      fixture.cache.status().map(({ hostnames, served }) => ({ hostnames, served })),
      [{ hostnames, served: 40 }],
    );
  });

  test('different keys are minted side by side', async () => {
    const fixture = createFixture();
    const [one, two] = [Promise.withResolvers<Token>(), Promise.withResolvers<Token>()];
    const first = fixture.cache.get({ ...asked, key: 'one', mint: () => one.promise });
    const second = fixture.cache.get({ ...asked, key: 'two', mint: () => two.promise });
    two.resolve({ username: 'AWS', password: 'two', expiresAt: START + HOUR });
    assert.equal((await second).password, 'two');
    one.resolve({ username: 'AWS', password: 'one', expiresAt: START + HOUR });
    assert.equal((await first).password, 'one');
  });

  test('a failure reaches them all, and is not remembered', async () => {
    const fixture = createFixture();
    fixture.failure = new Error('no network');
    const outcomes = await Promise.allSettled([fixture.get(), fixture.get(), fixture.get()]);
    for (const outcome of outcomes) {
      assert.deepEqual(outcome, { status: 'rejected', reason: fixture.failure });
    }
    assert.equal(fixture.mints, 1);
    fixture.failure = undefined;
    assert.equal(await fixture.get(), 'password-2');
  });
});

describe('a caller who stops waiting', () => {
  test('hears why, and the mint goes on for the others', async () => {
    const { cache } = createFixture();
    const slow = Promise.withResolvers<Token>();
    const impatient = new AbortController();
    const first = cache.get({
      ...asked,
      mint: () => slow.promise,
      deadline: () => impatient.signal,
    });
    const second = cache.get({ ...asked, mint: () => slow.promise });
    impatient.abort(new Error('deadline'));
    await assert.rejects(first, { message: 'deadline' });
    slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR });
    assert.equal((await second).password, 'late');
    assert.ok(cache.holds(HOST, 'late'));
  });

  test('is given the old token where that still lives', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.now = START + 12 * HOUR - 1;
    const { password } = await fixture.cache.get({
      ...asked,
      mint: () => new Promise<Token>(() => {}),
      deadline: () => AbortSignal.abort(new Error('deadline')),
    });
    assert.equal(password, 'password-1');
  });
});

describe('eviction', () => {
  test('forgets every token of the hostname and no other', async () => {
    const fixture = createFixture();
    await fixture.get('one', HOST);
    await fixture.get('two', HOST);
    await fixture.get('three', 'other.example');
    fixture.cache.evict(HOST);
    assert.deepEqual(
      fixture.cache.status().map(({ hostnames }) => hostnames),
      [['other.example']],
    );
    assert.equal(await fixture.get('one', HOST), 'password-4');
    assert.equal(await fixture.get('three', 'other.example'), 'password-3');
  });

  test('forgets a token that another hostname shares', async () => {
    const fixture = createFixture();
    await fixture.get('key', HOST);
    await fixture.get('key', 'other.example');
    fixture.cache.evict('other.example');
    assert.equal(await fixture.get('key', HOST), 'password-2');
  });

  for (const [what, forget] of [
    ['an eviction', (cache: Slots) => cache.evict(HOST)],
    ['a clear', (cache: Slots) => cache.clear()],
  ] as const) {
    test(`a mint under way during ${what} is answered and not kept`, async () => {
      const { cache } = createFixture();
      const slow = Promise.withResolvers<Token>();
      const answer = cache.get({ ...asked, mint: () => slow.promise });
      forget(cache);
      slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR });
      assert.equal((await answer).password, 'late');
      assert.deepEqual(cache.status(), []);
      assert.ok(!cache.holds(HOST, 'late'));
    });
  }
});

describe('a mint under way', { timeout: 10_000 }, () => {
  const token = (password: string): Token => ({ username: 'AWS', password, expiresAt: START + HOUR });

  /** A pull whose mint waits, and the end of that mint. */
  function begin() {
    const fixture = createFixture();
    const slow = Promise.withResolvers<Token>();
    const pull = fixture.cache.get({ ...asked, mint: () => slow.promise });
    return {
      ...fixture,
      slow,
      pull,
      login: (mint: () => Promise<Token>) => fixture.cache.get({ ...asked, mint, fresh: true }),
    };
  }

  test('is not joined by a fresh one, which mints with what it has: an MFA code, say', async () => {
    const { cache, slow, pull, login } = begin();
    assert.equal((await login(async () => token('by code'))).password, 'by code');
    slow.resolve(token('by session'));
    assert.equal((await pull).password, 'by session', 'its own caller takes what it brings');
    assert.ok(cache.holds(HOST, 'by code'), 'and the fresh one stays');
  });

  test('that fails after a fresh one was begun ends as that one does', async () => {
    const { cache, slow, pull, login } = begin();
    const code = Promise.withResolvers<Token>();
    const fresh = login(() => code.promise);
    slow.reject(new Error('a code is required'));
    await new Promise(setImmediate);
    code.resolve(token('by code'));
    assert.equal((await pull).password, 'by code');
    assert.equal((await fresh).password, 'by code');
    assert.deepEqual([cache.failures(), cache.status()[0]?.mints], [[], 1]);
  });

  test('is joined again where a fresh one is under way', async () => {
    const { cache, slow, pull, login } = begin();
    const code = Promise.withResolvers<Token>();
    const fresh = login(() => code.promise);
    const next = cache.get({ ...asked, mint: () => assert.fail('a third mint') });
    code.resolve(token('by code'));
    assert.deepEqual([(await fresh).password, (await next).password], ['by code', 'by code']);
    slow.resolve(token('by session'));
    await pull;
  });

  for (const [what, forget] of [
    ['an eviction', (cache: Slots) => cache.evict(HOST)],
    ['a clear', (cache: Slots) => cache.clear()],
  ] as const) {
    test(`is not joined after ${what}: the token from before is not handed out`, async () => {
      const { cache, slow, pull } = begin();
      forget(cache);
      const after = await cache.get({ ...asked, mint: async () => token('after') });
      slow.resolve(token('before'));
      assert.deepEqual([after.password, (await pull).password], ['after', 'before']);
      assert.ok(cache.holds(HOST, 'after') && !cache.holds(HOST, 'before'));
    });
  }

  test('whose failure comes after an eviction is no failure of what was begun since', async () => {
    const { cache, slow, pull } = begin();
    cache.evict(HOST);
    await cache.get({ ...asked, mint: async () => token('after') });
    slow.reject(new Error('no network'));
    await assert.rejects(pull, { message: 'no network' });
    assert.ok(!Object.hasOwn(cache.status()[0] ?? {}, 'lastError'));
  });
});

test('a mint under way is kept where another hostname is evicted', async () => {
  const { cache } = createFixture();
  const slow = Promise.withResolvers<Token>();
  const answer = cache.get({ ...asked, mint: () => slow.promise });
  cache.evict('other.example');
  slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR });
  await answer;
  assert.ok(cache.holds(HOST, 'late'));
});

describe('the bytes of a password', () => {
  /** The buffers that a call makes of passwords: they are the cache's own copies. */
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

  const ways: Readonly<Record<string, (fixture: ReturnType<typeof createFixture>) => unknown>> = {
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
      const fixture = createFixture();
      const [bytes] = await buffersOf(() => fixture.get());
      assert.equal(bytes?.toString(), 'password-1');
      await go(fixture);
      assert.ok(bytes.every((byte) => byte === 0));
    });
  }

  test('stay while a purge finds nothing expired', async () => {
    const fixture = createFixture();
    await fixture.get();
    fixture.cache.purge();
    assert.equal(await fixture.get(), 'password-1');
  });
});

test('a cache holds a password for the hostnames that it was handed out for', async () => {
  const fixture = createFixture();
  await fixture.get('key', HOST);
  assert.ok(fixture.cache.holds(HOST, 'password-1'));
  assert.ok(!fixture.cache.holds(HOST, 'password-2'));
  assert.ok(!fixture.cache.holds('other.example', 'password-1'));
  await fixture.get('key', 'other.example');
  assert.ok(fixture.cache.holds('other.example', 'password-1'));
});

test('the status has no secret in it', async () => {
  const fixture = createFixture();
  await fixture.get();
  assert.doesNotMatch(JSON.stringify(fixture.cache.status()), /password/);
});

test('a renewed token keeps the hostnames of the one before', async () => {
  const fixture = createFixture();
  await fixture.get('key', HOST);
  fixture.now += 12 * HOUR - 1;
  await fixture.get('key', 'other.example');
  assert.deepEqual(fixture.cache.status()[0]?.hostnames.toSorted(), [HOST, 'other.example']);
});
