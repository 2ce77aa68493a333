// Tests that texts are measured as string-width does, also on the fast path.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { shorten, widest, wrap } from '../../../src/terminal/text-width.ts';

test('Each character is as wide as string-width says, up to the last of the blocks and beyond.', () => {
  for (let code = 0x20; code < 0x2700; code += 1) {
    const text = `a${String.fromCodePoint(code)}b`;
    assert.equal(widest([text]), stringWidth(text), code.toString(16));
  }
});

test('A text of wide and combining characters is shortened by columns, and none is cut in two.', () => {
  assert.equal(shorten('e\u0301e\u0301e\u0301e\u0301', 3), 'e\u0301…e\u0301');
  assert.equal(shorten('日本語日本語', 5), '日…語');
  assert.equal(shorten('→→→→→→', 5), '→→…→→');
});

test('Words are wrapped at the width, with the marks of our own texts among them.', () => {
  assert.deepEqual(wrap('a → b × c', 5), ['a → b', '× c']);
});
