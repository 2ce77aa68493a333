// Tests the time limit of an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { timeoutMs } from '../../../src/wire/daemon-variables.ts';

for (const [text, milliseconds] of [
  [undefined, 30_000],
  ['', 30_000],
  ['1', 1_000],
  ['600', 600_000],
] as const) {
  test(`ECR_XACCT_TIMEOUT=${text ?? ' not set'} is ${milliseconds} ms`, () => {
    assert.equal(timeoutMs({ ECR_XACCT_TIMEOUT: text }), milliseconds);
  });
}

test('anything but a whole number of seconds from 1 to 600 is refused by name', () => {
  for (const text of ['0', '601', '-1', '1.5', '30s', ' 30', '1e2', '0x10', 'Infinity']) {
    assert.throws(() => timeoutMs({ ECR_XACCT_TIMEOUT: text }), {
      code: 'usage',
      message: `ECR_XACCT_TIMEOUT=${text} is not a whole number of seconds from 1 to 600`,
      hint: { run: command`unset ECR_XACCT_TIMEOUT` },
    });
  }
});
