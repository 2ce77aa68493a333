// The paths of podman's files, and which parts of its registries.conf are read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { credentialHelpers, podmanFiles } from '../../../src/docker/podman-files.ts';

describe('the auth.json', () => {
  const rows: [Record<string, string>, string, string | undefined][] = [
    [{}, '/home/dev/.config/containers/auth.json', '/run/containers/1000/auth.json'],
    [
      { XDG_CONFIG_HOME: '/c', XDG_RUNTIME_DIR: '/run/user/1000' },
      '/c/containers/auth.json',
      '/run/user/1000/containers/auth.json',
    ],
    [{ REGISTRY_AUTH_FILE: '/only.json', XDG_RUNTIME_DIR: '/run/user/1000' }, '/only.json', undefined],
  ];
  for (const [env, authFile, loginFile] of rows) {
    test(`is ${authFile} with ${JSON.stringify(env)}; logins are in ${loginFile}.`, () => {
      const files = podmanFiles(env, '/home/dev', 1000);
      assert.deepEqual([files.authFile, files.loginFile], [authFile, loginFile]);
      assert.equal(files.dropIn, '/home/dev/.config/containers/registries.conf.d/50-ecr-xacct.conf');
    });
  }
});

describe('credential-helpers', () => {
  const rows: [string, string[] | undefined][] = [
    ['', undefined],
    ['unqualified-search-registries = ["docker.io"]\n', undefined],
    ['credential-helpers = ["secretservice"]\n', ['secretservice']],
    ['credential-helpers = [\n  \'a\', # why\n  "b",\n]\n[[registry]]\nlocation = "x"\n', ['a', 'b']],
    ['credential-helpers = []\n', []],
    ['# credential-helpers = ["a"]\n', undefined],
    ['[[registry]]\ncredential-helpers = ["a"]\n', undefined],
  ];
  for (const [toml, helpers] of rows) {
    test(`of ${JSON.stringify(toml)} are ${JSON.stringify(helpers)}.`, () => {
      assert.deepEqual(credentialHelpers(toml), helpers);
    });
  }
});
