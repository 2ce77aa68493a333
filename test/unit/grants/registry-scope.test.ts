import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { AwsCaller } from '../../../src/callers/ask-as.ts';
import { XacctError } from '../../../src/errors.ts';
import { upgradeScope } from '../../../src/grants/registry-scope.ts';
import { command, type Hint } from '../../../src/hint.ts';

/** The hint after an upgrade that fails with this error. */
async function hintAfter(hint: Hint | undefined): Promise<Hint | undefined> {
  const failure = new XacctError('throttled', 'AWS limits the rate of requests', hint && { hint });
  const owner = { ask: () => Promise.reject(failure) } as unknown as AwsCaller;
  const request = { run: { streams: { stdout: new PassThrough() } }, typed: ['ecr-xacct', 'grant', '--yes'] };
  try {
    await upgradeScope(owner, request as never);
  } catch (error) {
    assert.ok(error instanceof XacctError);
    assert.match(error.message, /^nothing is written, as the scope could not be set to V2: AWS limits/);
    return error.hint;
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

test('Where the scope cannot be set, nothing is written, and the command comes again after what fixes the failure.', async () => {
  const upgrade = { run: ['ecr-xacct', 'grant', '--yes', '--upgrade-scope'] };
  const wait = { say: 'wait a minute', run: command`aws sts get-caller-identity` };
  assert.deepEqual(await hintAfter(wait), { ...wait, next: upgrade });
  assert.deepEqual(await hintAfter(undefined), upgrade);
});
