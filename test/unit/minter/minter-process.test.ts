import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutError } from '../../../src/minter/minter-process.ts';

test('Who waited in vain is told to wait twice as long, and at most as long as is allowed.', () => {
  const hinted = (seconds: number) => timeoutError(seconds * 1_000).hint?.run;
  assert.deepEqual(hinted(30), ['export', 'ECR_XACCT_TIMEOUT=60']);
  assert.deepEqual(hinted(400), ['export', 'ECR_XACCT_TIMEOUT=600']);
});
