// Tests when a daemon sees the same files as its caller, by what the caller sends about them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FILE_VARIABLES, isSamePlace, placeVariables } from '../../../src/wire/place.ts';

function makeHome() {
  const home = mkdtempDisposableSync(join(tmpdir(), 'place-'));
  mkdirSync(join(home.path, '.aws'));
  return home;
}

const idOf = (path: string) => {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
};

describe('a place', () => {
  test('is that of ~/.aws, of the home folder where there is none, and of the root where HOME is relative', () => {
    using home = makeHome();
    const { path } = home;
    assert.deepEqual(placeVariables({ HOME: path }), { '@place': idOf(join(path, '.aws')) });
    assert.deepEqual(placeVariables({ HOME: join(path, '.aws') }), { '@place': idOf(join(path, '.aws')) });
    assert.deepEqual(placeVariables({ HOME: 'relative' }), { '@place': idOf('/') });
    for (const HOME of [undefined, '']) {
      assert.deepEqual(placeVariables({ HOME }), placeVariables({ HOME: userInfo().homedir }));
    }
    assert.deepEqual(placeVariables({ HOME: join(path, 'absent') }), { '@place': '-' });
  });

  test('is not sent where the caller named the socket', () => {
    assert.deepEqual(placeVariables({ HOME: '/', ECR_XACCT_SOCKET: '/run/daemon.sock' }), {});
    assert.deepEqual(Object.keys(placeVariables({ HOME: '/', ECR_XACCT_SOCKET: '' })), ['@place']);
  });

  test('is the same for the same files, and where the caller does not say', () => {
    using home = makeHome();
    const env = { HOME: home.path };
    assert.equal(isSamePlace({ ...env, ...placeVariables(env) }), true);
    assert.equal(isSamePlace(env), true);
  });

  test('is another one with another ~/.aws, or with one where there was none', () => {
    using home = makeHome();
    const env = { HOME: home.path };
    const seen = placeVariables(env);
    renameSync(join(home.path, '.aws'), join(home.path, 'aws'));
    assert.equal(isSamePlace({ ...env, ...seen }), false);
    const without = placeVariables(env);
    mkdirSync(join(home.path, '.aws'));
    assert.equal(isSamePlace({ ...env, ...seen }), false);
    assert.equal(isSamePlace({ ...env, ...without }), false);
  });

  for (const name of FILE_VARIABLES) {
    test(`is another one where ${name} leads to another file`, () => {
      using home = makeHome();
      const [file, other] = [join(home.path, 'one'), join(home.path, 'other')];
      writeFileSync(file, '');
      const env = { HOME: home.path, [name]: file };
      const seen = { ...env, ...placeVariables(env) };
      assert.equal(isSamePlace(seen), true);
      writeFileSync(file, 'edited');
      assert.equal(isSamePlace(seen), true);
      writeFileSync(other, '');
      renameSync(other, file);
      assert.equal(isSamePlace(seen), false);
    });
  }

  test('of files is that of each that is named, `-` where there is none or it is relative', () => {
    using home = makeHome();
    const env = {
      HOME: home.path,
      AWS_CONFIG_FILE: '~/config',
      ECR_XACCT_CONFIG: home.path,
      AWS_SHARED_CREDENTIALS_FILE: '',
    };
    assert.equal(placeVariables(env)['@files'], `-,${idOf(home.path)}`);
  });
});
