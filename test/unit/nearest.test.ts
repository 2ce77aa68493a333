// Tests which name was probably meant by a mistyped one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, slipsBetween } from '../../src/nearest.ts';

test('A slip is a character added, left out, changed or swapped, whatever its case.', () => {
  for (const [one, other, slips] of [
    ['dev', 'dev', 0],
    ['DEV', 'dev', 0],
    ['deb', 'dev', 1],
    ['dve', 'dev', 1],
    ['de', 'dev', 1],
    ['devv', 'dev', 1],
    ['drk.ecr', 'dkr.ecr', 1],
    ['platfrom-redonly', 'platform-readonly', 2],
    ['', 'ab', 2],
    ['abc', 'xyz', Number.POSITIVE_INFINITY],
    ['dev', 'development', Number.POSITIVE_INFINITY],
  ] as const) {
    assert.equal(slipsBetween(one, other, 2), slips, `${one} ${other}`);
    assert.equal(slipsBetween(other, one, 2), slips, `${other} ${one}`);
  }
});

test('The nearest is named, and none where several are as near or all are far.', () => {
  assert.equal(nearest('deb', ['dev', 'prod']), 'dev');
  assert.equal(nearest('deb', ['dev', 'dec']), undefined);
  assert.equal(nearest('dev', ['dec', 'dev']), 'dev');
  assert.equal(nearest('xxv', ['dev']), undefined);
  assert.equal(nearest('platfrom-redonly', ['platform-readonly', 'prod']), 'platform-readonly');
  assert.equal(nearest('a'.repeat(500), ['a'.repeat(501)]), undefined);
});
