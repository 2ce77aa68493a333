// One mint at a time for each key: who waits for it, what replaces it, and what a logout changes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import type { Token } from '../../../src/questions.ts';
import type { Slots } from '../../../src/token/slots.ts';
import { asked, createSlotsFixture, HOST, HOUR, START } from '../../support/unit/slots.ts';

describe('however many ask at once', () => {
  test('one mint serves them all, and each hostname counts', async () => {
    const fixture = createSlotsFixture();
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
    const fixture = createSlotsFixture();
    const [one, two] = [Promise.withResolvers<Token>(), Promise.withResolvers<Token>()];
    const first = fixture.cache.get({ ...asked, key: 'one', mint: () => one.promise });
    const second = fixture.cache.get({ ...asked, key: 'two', mint: () => two.promise });
    two.resolve({ username: 'AWS', password: 'two', expiresAt: START + HOUR, awsNow: START });
    assert.equal((await second).password, 'two');
    one.resolve({ username: 'AWS', password: 'one', expiresAt: START + HOUR, awsNow: START });
    assert.equal((await first).password, 'one');
  });

  test('a failure reaches them all, and is not remembered', async () => {
    const fixture = createSlotsFixture();
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

describe('a failure of an identity that a caller may fix', () => {
  async function failOnce() {
    const fixture = createSlotsFixture();
    fixture.failure = new XacctError('sso-expired', 'its sign-in has expired');
    await assert.rejects(fixture.get(), fixture.failure);
    return Object.assign(fixture, { failure: undefined as Error | undefined });
  }

  test('answers once for each other hostname of a moment, and for its own never', async () => {
    const fixture = await failOnce();
    const others = Array.from({ length: 39 }, (_, index) => `${index}.example`);
    for (const hostname of others)
      await assert.rejects(fixture.get('key', hostname), { code: 'sso-expired' });
    assert.equal(fixture.mints, 1);
    assert.equal(await fixture.get(), 'password-2', 'asked again, it was fixed');
    assert.equal(await fixture.get('key', '40.example'), 'password-2');
  });

  test('is asked for anew by a hostname that has heard of it', async () => {
    const fixture = await failOnce();
    await assert.rejects(fixture.get('key', 'other.example'), { code: 'sso-expired' });
    assert.equal(await fixture.get('key', 'other.example'), 'password-2');
  });

  test('is over after three seconds, with a logout, and with a login of anything', async () => {
    for (const fix of [
      ({ cache }) => cache.evict('another.example'),
      ({ cache, mint }) => cache.get({ ...asked, key: 'another', fresh: true, mint }).then(() => {}),
      (fixture) => {
        fixture.now += 3_000;
      },
    ] satisfies ((fixture: Awaited<ReturnType<typeof failOnce>>) => void | Promise<void>)[]) {
      const fixture = await failOnce();
      await fix(fixture);
      assert.match(await fixture.get('key', 'other.example'), /^password-/);
    }
  });

  test('is not told to those who come while a retry is under way', async () => {
    const fixture = await failOnce();
    const slow = Promise.withResolvers<Token>();
    const retry = fixture.cache.get({ ...asked, mint: () => slow.promise });
    const other = fixture.get('key', 'other.example');
    slow.resolve({ username: 'AWS', password: 'signed in', expiresAt: START + HOUR, awsNow: START });
    assert.deepEqual([(await retry).password, await other], ['signed in', 'signed in']);
  });

  test('that came while a login was under way is over when that succeeds', async () => {
    const fixture = createSlotsFixture();
    const slow = Promise.withResolvers<Token>();
    const login = fixture.cache.get({ ...asked, key: 'another', fresh: true, mint: () => slow.promise });
    fixture.failure = new XacctError('mfa-required', 'it needs an MFA code');
    await assert.rejects(fixture.get(), { code: 'mfa-required' });
    slow.resolve({ username: 'AWS', password: 'coded', expiresAt: START + HOUR, awsNow: START });
    await login;
    fixture.failure = undefined;
    assert.equal(await fixture.get('key', 'other.example'), 'password-2');
  });

  test('is shorter than one of this machine, which is asked for anew at once', async () => {
    const fixture = createSlotsFixture();
    fixture.failure = new XacctError('clock-skew', "this machine's clock is wrong");
    await assert.rejects(fixture.get(), fixture.failure);
    fixture.failure = undefined;
    assert.equal(await fixture.get('key', 'other.example'), 'password-2');
  });
});

describe('a caller who stops waiting', () => {
  test('hears why, and the mint goes on for the others', async () => {
    const { cache } = createSlotsFixture();
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
    slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR, awsNow: START });
    assert.equal((await second).password, 'late');
    assert.ok(cache.holds(HOST, 'late'));
  });

  test('is given the old token where that still lives', async () => {
    const fixture = createSlotsFixture();
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
    const fixture = createSlotsFixture();
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
    const fixture = createSlotsFixture();
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
      const { cache } = createSlotsFixture();
      const slow = Promise.withResolvers<Token>();
      const answer = cache.get({ ...asked, mint: () => slow.promise });
      forget(cache);
      slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR, awsNow: START });
      assert.equal((await answer).password, 'late');
      assert.deepEqual(cache.status(), []);
      assert.ok(!cache.holds(HOST, 'late'));
    });
  }
});

describe('a mint under way', { timeout: 10_000 }, () => {
  const token = (password: string): Token => ({
    username: 'AWS',
    password,
    expiresAt: START + HOUR,
    awsNow: START,
  });

  /** A pull whose mint waits, and the end of that mint. */
  function begin() {
    const fixture = createSlotsFixture();
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

  test('fails as it fails itself, where the fresh one fails, too: by a mistyped code, say', async () => {
    const { slow, pull, login } = begin();
    const code = Promise.withResolvers<Token>();
    const fresh = login(() => code.promise);
    slow.reject(new Error('a code is required'));
    await new Promise(setImmediate);
    code.reject(new Error('a wrong code'));
    await assert.rejects(pull, { message: 'a code is required' });
    await assert.rejects(fresh, { message: 'a wrong code' });
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
    assert.equal((await pull).password, 'after', 'which is there for its caller, too');
    assert.ok(!Object.hasOwn(cache.status()[0] ?? {}, 'lastError'));
  });
});

test('a mint under way is kept where another hostname is evicted', async () => {
  const { cache } = createSlotsFixture();
  const slow = Promise.withResolvers<Token>();
  const answer = cache.get({ ...asked, mint: () => slow.promise });
  cache.evict('other.example');
  slow.resolve({ username: 'AWS', password: 'late', expiresAt: START + HOUR, awsNow: START });
  await answer;
  assert.ok(cache.holds(HOST, 'late'));
});
