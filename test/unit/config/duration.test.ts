// Tests how a duration is written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../../src/config/duration.ts';

for (const [text, milliseconds] of Object.entries({
  '0s': 0,
  '30s': 30_000,
  '15m': 900_000,
  '12h': 43_200_000,
  '007m': 420_000,
  '999999s': 999_999_000,
})) {
  test(`${text} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds));
}

test('nothing but a whole number and a unit is a duration', () => {
  for (const text of [
    '',
    '15',
    'm',
    '15 m',
    '15M',
    '1d',
    '15ms',
    '-1m',
    '+1m',
    '1.5h',
    '1e3s',
    '1h30m',
    '15m\n',
    ' 15m',
    '1000000s',
    '١m',
    '1constructor',
  ]) {
    assert.equal(parseDuration(text), undefined, JSON.stringify(text));
  }
});
