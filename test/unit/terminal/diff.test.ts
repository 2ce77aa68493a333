// Tests that a diff can be applied, has colour only on a screen with colour, and cannot disturb a terminal.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { type Change, diffText } from '../../../src/terminal/diff.ts';
import { screenOf } from '../../../src/terminal/screen.ts';

const CHANGE: Change = { name: 'config.yaml', before: 'one\ntwo\n', after: 'one\n\tthree\n' };

describe('a diff', () => {
  const plain = screenOf(new PassThrough(), {});

  test('is that of diff -u, tabs and all', () => {
    assert.equal(
      diffText(CHANGE, plain),
      '--- config.yaml\n+++ config.yaml\n@@ -1,2 +1,2 @@\n one\n-two\n+\tthree\n',
    );
  });

  test('of what is not there yet, or no more, says so', () => {
    assert.match(
      diffText({ ...CHANGE, before: undefined }, plain),
      /^--- \/dev\/null\n\+\+\+ config\.yaml\n@@ -0,0 \+1,2 @@\n/,
    );
    assert.match(
      diffText({ ...CHANGE, after: undefined }, plain),
      /^--- config\.yaml\n\+\+\+ \/dev\/null\n@@ -1,2 \+0,0 @@\n/,
    );
  });

  test('shows control characters instead of obeying them', () => {
    const text = diffText({ name: 'a\x1b[2J', before: undefined, after: '\x1b[2J\n' }, plain);
    assert.match(text, /\+\+\+ a\\u\{1b\}\[2J\n[\s\S]*\+\\u\{1b\}\[2J\n/);
  });

  const rows: readonly [string, boolean, Record<string, string>, boolean][] = [
    ['on a terminal', true, {}, true],
    ['on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['on a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['in a pipe', false, {}, false],
    ['in a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ];
  for (const [where, isTTY, env, isColoured] of rows) {
    test(`${where} ${isColoured ? 'has' : 'has no'} colour`, () => {
      const text = diffText(CHANGE, screenOf(Object.assign(new PassThrough(), { isTTY }), env));
      assert.equal(text.includes('\x1b[31m-two\x1b[39m\n\x1b[32m+\tthree\x1b[39m\n'), isColoured);
      assert.equal(text.includes('\x1b'), isColoured);
    });
  }
});
