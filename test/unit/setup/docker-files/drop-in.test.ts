// The drop-in for podman: the credential helpers that it names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialHelpers } from '../../../../src/docker/podman-files.ts';
import { dropInText } from '../../../../src/setup/docker-files/drop-in.ts';

test('The credential-helpers of ours are those that are set without it, and ours at the end.', () => {
  const helpersAfter = (others: readonly string[] | undefined) =>
    credentialHelpers(dropInText({ others, undo: ['ecr-xacct', 'setup', '--undo'] }));
  assert.deepEqual(helpersAfter(undefined), ['containers-auth.json', 'ecr-xacct']);
  assert.deepEqual(helpersAfter(['secretservice', 'ecr-xacct']), ['secretservice', 'ecr-xacct']);
});
