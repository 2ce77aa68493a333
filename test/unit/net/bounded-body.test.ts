// The body of an answer, read up to a bound.
import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { MAX_ANSWER_BYTES, readUpTo, wholeBody } from '../../../src/net/bounded-body.ts';

const bodyOf = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

test('A body within its bound is read whole, however it is cut.', async () => {
  for (const chunks of [[], [''], ['abcd'], ['a', 'bc', '', 'd']]) {
    const { bytes, isCut } = await readUpTo(bodyOf(...chunks), 4);
    assert.deepEqual([bytes.toString(), isCut], [chunks.join(''), false]);
  }
});

test('Of a longer one there is the beginning, and the rest is not waited for.', async () => {
  const body = new PassThrough();
  body.write('abc');
  body.write('defg');
  const { bytes, isCut } = await readUpTo(body, 4);
  assert.deepEqual([bytes.toString(), isCut, body.destroyed], ['abcd', true, true]);
  assert.deepEqual(await readUpTo(bodyOf('a'), 0), { bytes: Buffer.alloc(0), isCut: true });
});

test('One that ends before its end is an error.', async () => {
  const broken = new PassThrough();
  broken.write('a');
  const read = readUpTo(broken, 4);
  broken.destroy();
  await assert.rejects(read, { code: 'ECONNRESET' });
  const failed = new PassThrough();
  failed.destroy(new Error('reset'));
  await assert.rejects(readUpTo(failed, 4), { message: 'reset' });
});

test('An answer of more than a mebibyte is an error that says who sent it.', async () => {
  const body = 'x'.repeat(MAX_ANSWER_BYTES);
  assert.equal((await wholeBody(bodyOf(body), 'https://sts.example')).toString(), body);
  await assert.rejects(wholeBody(bodyOf(body, 'y'), 'https://sts.example'), {
    code: 'service',
    message: 'https://sts.example answered with more than 1 MiB',
  });
});
