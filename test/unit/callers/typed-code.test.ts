// Tests which texts are an MFA code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedCode } from '../../../src/callers/typed-code.ts';

test('Six digits are a code, in groups of any kind and with blanks around them.', () => {
  for (const text of ['123456', '123 456', '123-456', ' 12 34 56\n', '123\u2013456', '123\u00a0456']) {
    assert.equal(typedCode(text), '123456', JSON.stringify(text));
  }
});

test('Anything else is none.', () => {
  for (const text of ['', '12345', '1234567', '123_456', '123.456', 'abcdef', '12345６', '+12345']) {
    assert.equal(typedCode(text), undefined, JSON.stringify(text));
  }
});
