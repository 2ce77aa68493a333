// JSON on stdout contains no character that a terminal obeys, and has the same meaning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printableJson } from '../../../src/terminal/printable-json.ts';

test('What a terminal obeys is escaped, and means the same to a JSON parser.', () => {
  const value = { 'a\u009b': ['\u001b[2J', '\u202e\u2028', '\u{e0001}', 'plain ü 日本 \u{1f433}\n'], n: 1 };
  const text = printableJson(value);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.match(text, /plain ü 日本 \u{1f433}/u);
  assert.deepEqual(JSON.parse(text), value);
});
