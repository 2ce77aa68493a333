// Waiting for a principal that AWS does not know yet.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { retrying } from '../../../src/grants/missing-principal.ts';

test('The wait ends in time where the clock is set back meanwhile.', { timeout: 30_000 }, async (t) => {
  let isSetBack = false;
  const call = async () => {
    // Once: after several, node:test would restore the second to the first.
    if (!isSetBack) t.mock.method(Date, 'now', () => 0);
    isSetBack = true;
    throw new XacctError('principal-not-found', 'not yet');
  };
  await assert.rejects(retrying(call, 10, new PassThrough())(), { code: 'principal-not-found' });
});
