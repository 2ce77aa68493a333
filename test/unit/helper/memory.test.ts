// Nothing stays in a user's memory longer than it is valid, whether or not it is asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemory } from '../../../src/helper/memory.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const SECRET = 'a secret of its own';

test('Tidying up zeroes the bytes of a login and of an MFA session that have expired.', (context) => {
  let now = START;
  const whoAmI = () => assert.fail('AWS is asked');
  const memory = createMemory(whoAmI, () => ({ wall: now, steady: now }));
  const from = context.mock.method(Buffer, 'from');
  memory.logins.set('registry.example', { username: 'AWS', secret: SECRET });
  const keys = { accessKeyId: 'ASIA', secretAccessKey: SECRET, sessionToken: 'session' };
  memory.mfaSessions.set('keys', 'arn:aws:iam::444455556666:mfa/dev', {
    ...keys,
    begunAt: START,
    expiresAt: START + 12 * HOUR,
  });
  const copies = from.mock.calls.flatMap(({ result }) => (result?.includes(SECRET) ? [result] : []));
  from.mock.restore();
  const zeroed = () => copies.map((bytes) => bytes.every((byte) => byte === 0));
  memory.tidy();
  assert.deepEqual(zeroed(), [false, false]);
  now += 13 * HOUR;
  memory.tidy();
  assert.deepEqual(zeroed(), [true, true]);
});
