// Bytes that were read leave nothing behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinAndWipe, readAndWipe } from '../../../src/os/wipe.ts';

test('Chunks are one, and are zeroed and taken out of their list.', () => {
  const parts = ['se', 'cr', 'et'].map((text) => Buffer.from(text));
  const chunks = [...parts];
  assert.equal(joinAndWipe(chunks).toString(), 'secret');
  assert.deepEqual([chunks, Buffer.concat(parts)], [[], Buffer.alloc(6)]);
  assert.equal(joinAndWipe(chunks).length, 0);
});

test('Bytes are zeroed when they were read, and when they could not be.', () => {
  const bytes = Buffer.from('{"a":1}');
  assert.equal(readAndWipe(bytes, String), '{"a":1}');
  assert.deepEqual(bytes, Buffer.alloc(7));
  const broken = Buffer.from('{"a":');
  assert.throws(() => readAndWipe(broken, (text) => JSON.parse(String(text))), SyntaxError);
  assert.deepEqual(broken, Buffer.alloc(5));
});
