// The drop-in for podman: which credential helpers it names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialHelpers } from '../../../../src/docker/podman-files.ts';
import { dropInText } from '../../../../src/setup/docker-files/drop-in.ts';

test('The credential-helpers of ours are those that are set without it, and ours at the end.', () => {
  assert.deepEqual(credentialHelpers(dropInText(undefined)), ['containers-auth.json', 'ecr-xacct']);
  assert.deepEqual(credentialHelpers(dropInText(['secretservice', 'ecr-xacct'])), [
    'secretservice',
    'ecr-xacct',
  ]);
});
