// The credential store that Docker itself would choose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectedStore } from '../../../src/docker/config-file.ts';
import { parseDockerConfig } from '../../../src/docker/docker-config.ts';

const empty = parseDockerConfig('', 'config.json');
const has =
  (...programs: string[]) =>
  (program: string) =>
    programs.includes(program);

test('The store that Docker chooses is that of the platform, where its helper is on PATH.', () => {
  const all = has(
    'pass',
    ...['pass', 'secretservice', 'osxkeychain', 'wincred'].map((n) => `docker-credential-${n}`),
  );
  assert.equal(detectedStore(empty, 'darwin', all), 'osxkeychain');
  assert.equal(detectedStore(empty, 'win32', all), 'wincred');
  assert.equal(detectedStore(empty, 'linux', all), 'pass');
  assert.equal(detectedStore(empty, 'linux', has('docker-credential-secretservice')), 'secretservice');
  assert.equal(detectedStore(empty, 'linux', has('pass', 'docker-credential-secretservice')), undefined);
  assert.equal(detectedStore(empty, 'darwin', has()), undefined);
});

test('Docker chooses no store, where the file names a helper or has a login.', () => {
  for (const text of ['{"credsStore":"desktop"}', '{"credHelpers":{"a":"b"}}', '{"auths":{"a":{}}}']) {
    const config = parseDockerConfig(text, 'config.json');
    assert.equal(detectedStore(config, 'darwin', has('docker-credential-osxkeychain')), undefined);
  }
});
