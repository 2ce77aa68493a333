import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { digest } from '../../../src/profiles/digest.ts';

test('A digest is SHA-256, of what is as long as a key and of what is longer.', () => {
  for (const length of [0, 40, 8_192, 8_193, 100_000]) {
    const text = '\u00e9'.repeat(length);
    assert.equal(digest(text), hash('sha256', text, 'base64url'));
  }
});
