// Tests how long a login is kept, and that nothing of it remains.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLoginStore } from '../../../src/token/login-store.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

/** An ECR password: base64 of JSON, with `expiration` in epoch seconds. */
const password = (expiration: unknown) =>
  Buffer.from(JSON.stringify({ payload: 'x', version: '2', type: 'DATA_KEY', expiration })).toString(
    'base64',
  );

/** `now` is on the steady clock; the wall clock is `wallAhead` of it, AWS's `awsAhead`. */
function createFixture() {
  const fixture = { now: START, wallAhead: 0, awsAhead: 0 };
  const logins = createLoginStore(
    () => ({ wall: fixture.now + fixture.wallAhead, steady: fixture.now }),
    () => fixture.now + fixture.awsAhead,
  );
  return Object.assign(fixture, { logins });
}

describe('a login is kept', () => {
  const rows: readonly [string, string, number][] = [
    ['until its token expires', password((START + 2 * HOUR) / 1_000), 2 * HOUR],
    ['for 12 hours where its token says nothing', 'plain password', 12 * HOUR],
    ['for 12 hours where its token says something odd', password('tomorrow'), 12 * HOUR],
    ['for 12 hours where its token is JSON of no object', Buffer.from('7').toString('base64'), 12 * HOUR],
    ['for no more than 12 hours', password((START + 48 * HOUR) / 1_000), 12 * HOUR],
  ];
  for (const [what, secret, life] of rows) {
    test(what, () => {
      const store = createFixture();
      store.logins.set(HOST, { username: 'AWS', secret });
      store.now = START + life - 1;
      assert.deepEqual(store.logins.get(HOST), { username: 'AWS', secret });
      store.now = START + life + 1;
      assert.equal(store.logins.get(HOST), undefined);
      assert.equal(store.logins.list().size, 0);
    });
  }

  test('not at all where its token has expired, and the one before is gone', () => {
    const { logins } = createFixture();
    logins.set(HOST, { username: 'AWS', secret: 'before' });
    logins.set(HOST, { username: 'AWS', secret: password(START / 1_000 - 1) });
    assert.equal(logins.get(HOST), undefined);
  });

  test('until it is erased, and others stay', () => {
    const { logins } = createFixture();
    logins.set(HOST, { username: 'AWS', secret: 'one' });
    logins.set('other.example', { username: 'me', secret: 'two' });
    logins.erase(HOST);
    logins.erase('unknown.example');
    assert.equal(logins.get(HOST), undefined);
    assert.deepEqual(logins.get('other.example'), { username: 'me', secret: 'two' });
  });

  test('until another takes its place', () => {
    const { logins } = createFixture();
    logins.set(HOST, { username: 'AWS', secret: 'one' });
    logins.set(HOST, { username: 'me', secret: 'two' });
    assert.deepEqual(logins.get(HOST), { username: 'me', secret: 'two' });
  });
});

describe('where clocks are wrong, a login is kept', () => {
  for (const hours of [-13, 13]) {
    test(`until its token expires by AWS's clock, ${hours} h ahead`, () => {
      const store = createFixture();
      store.awsAhead = hours * HOUR;
      const secret = password((START + hours * HOUR + 2 * HOUR) / 1_000);
      store.logins.set(HOST, { username: 'AWS', secret });
      store.now += 2 * HOUR - 1;
      assert.equal(store.logins.get(HOST)?.secret, secret);
      store.now += 1;
      assert.equal(store.logins.get(HOST), undefined);
    });
  }

  test("until its token expires by AWS's clock, also where that is heard only after the login came", () => {
    const store = createFixture();
    // This machine's clock is 13 hours behind.
    store.awsAhead = -13 * HOUR;
    const secret = password((START + 2 * HOUR) / 1_000);
    store.logins.set(HOST, { username: 'AWS', secret });
    store.awsAhead = 0;
    store.now += 2 * HOUR - 1;
    assert.equal(store.logins.get(HOST)?.secret, secret);
    store.now += 1;
    assert.equal(store.logins.get(HOST), undefined);
    assert.equal(store.logins.list().size, 0);
  });

  test('no longer where this machine’s clock is set back', () => {
    const store = createFixture();
    store.logins.set(HOST, { username: 'AWS', secret: 'one' });
    store.wallAhead = -3 * HOUR;
    store.now += 12 * HOUR;
    assert.equal(store.logins.get(HOST), undefined);
  });

  test('no longer than the wall clock says, which may have counted what the other has missed', () => {
    const store = createFixture();
    store.logins.set(HOST, { username: 'AWS', secret: 'one' });
    store.wallAhead = 12 * HOUR;
    assert.equal(store.logins.get(HOST), undefined);
    assert.equal(store.logins.list().size, 0);
  });
});

test('the list has user names and no secret', () => {
  const { logins } = createFixture();
  logins.set(HOST, { username: 'AWS', secret: 'one' });
  logins.set('other.example', { username: 'me', secret: 'two' });
  assert.deepEqual([...logins.list()].toSorted(), [
    [HOST, 'AWS'],
    ['other.example', 'me'],
  ]);
  logins.clear();
  assert.equal(logins.list().size, 0);
});

for (const [when, go] of Object.entries({
  'it is erased': ({ logins }: ReturnType<typeof createFixture>) => logins.erase(HOST),
  'all is cleared': ({ logins }: ReturnType<typeof createFixture>) => logins.clear(),
  'another takes its place': ({ logins }: ReturnType<typeof createFixture>) =>
    logins.set(HOST, { username: 'AWS', secret: 'two' }),
  'it has expired and is purged': (fixture: ReturnType<typeof createFixture>) => {
    fixture.now += 13 * HOUR;
    fixture.logins.purge();
  },
})) {
  test(`the bytes of a secret are zeroed when ${when}`, (context) => {
    const fixture = createFixture();
    const from = context.mock.method(Buffer, 'from');
    fixture.logins.set(HOST, { username: 'AWS', secret: 'a secret of its own' });
    const bytes = from.mock.calls
      .map(({ result }) => result)
      .find((copy) => copy?.toString() === 'a secret of its own');
    from.mock.restore();
    assert.ok(bytes !== undefined);
    go(fixture);
    assert.ok(bytes.every((byte) => byte === 0));
  });
}
