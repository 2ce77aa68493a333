// Tests the paths of the configs and the log, by the caller's environment.
import assert from 'node:assert/strict';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { configPath, logPath, systemConfigPath } from '../../../src/config/paths.ts';
import { command } from '../../../src/hint.ts';
import type { Environment } from '../../../src/invocation.ts';

const skip = process.platform === 'linux' ? false : 'the folders are those of Linux';

describe('config.yaml', { skip }, () => {
  const rows: readonly [string, Environment, string | undefined][] = [
    ['is below HOME', { HOME: '/home/dev' }, '/home/dev/.config/ecr-xacct/config.yaml'],
    [
      'is below XDG_CONFIG_HOME',
      { HOME: '/home/dev', XDG_CONFIG_HOME: '/etc/dev' },
      '/etc/dev/ecr-xacct/config.yaml',
    ],
    [
      'needs no HOME beside XDG_CONFIG_HOME',
      { XDG_CONFIG_HOME: '/etc/dev' },
      '/etc/dev/ecr-xacct/config.yaml',
    ],
    [
      'is not below a relative XDG_CONFIG_HOME, which the specification has ignored',
      { HOME: '/home/dev', XDG_CONFIG_HOME: 'etc' },
      '/home/dev/.config/ecr-xacct/config.yaml',
    ],
    [
      'is not below an empty XDG_CONFIG_HOME',
      { HOME: '/home/dev', XDG_CONFIG_HOME: '' },
      '/home/dev/.config/ecr-xacct/config.yaml',
    ],
    [
      'is where ECR_XACCT_CONFIG says',
      { HOME: '/home/dev', ECR_XACCT_CONFIG: '/srv/my.yaml' },
      '/srv/my.yaml',
    ],
    [
      'is where it always is for an empty ECR_XACCT_CONFIG',
      { HOME: '/home/dev', ECR_XACCT_CONFIG: '' },
      '/home/dev/.config/ecr-xacct/config.yaml',
    ],
    [
      'is where the user database says without HOME',
      {},
      join(userInfo().homedir, '.config/ecr-xacct/config.yaml'),
    ],
    [
      'is there with an empty HOME, too',
      { HOME: '' },
      join(userInfo().homedir, '.config/ecr-xacct/config.yaml'),
    ],
    // The daemon has another current folder than the caller, and no config is searched for in either.
    ['is nowhere with a relative HOME', { HOME: 'dev' }, undefined],
  ];
  for (const [title, env, path] of rows) {
    test(title, () => assert.equal(configPath(env), path));
  }

  test('is not looked for in the current folder', () => {
    assert.throws(() => configPath({ HOME: '/home/dev', ECR_XACCT_CONFIG: 'my.yaml' }), {
      code: 'config-invalid',
      message: 'ECR_XACCT_CONFIG=my.yaml is a relative path',
      hint: { run: command`export ECR_XACCT_CONFIG=$PWD/my.yaml` },
    });
  });
});

describe("the machine's config.yaml", { skip }, () => {
  const rows: readonly [string, Environment, string | undefined][] = [
    ['is in /etc, whatever HOME is', { HOME: 'dev' }, '/etc/ecr-xacct/config.yaml'],
    ['is where ECR_XACCT_SYSTEM_CONFIG says', { ECR_XACCT_SYSTEM_CONFIG: '/srv/all.yaml' }, '/srv/all.yaml'],
    ['is nowhere for an empty ECR_XACCT_SYSTEM_CONFIG', { ECR_XACCT_SYSTEM_CONFIG: '' }, undefined],
    [
      'is beneath the one that ECR_XACCT_CONFIG names',
      { ECR_XACCT_CONFIG: '/a' },
      '/etc/ecr-xacct/config.yaml',
    ],
    [
      "is not beneath itself, named as the user's",
      { ECR_XACCT_CONFIG: '/etc/ecr-xacct/config.yaml' },
      undefined,
    ],
  ];
  for (const [title, env, path] of rows) {
    test(title, () => assert.equal(systemConfigPath(env), path));
  }

  test('is not looked for in the current folder', () => {
    assert.throws(() => systemConfigPath({ ECR_XACCT_SYSTEM_CONFIG: 'all.yaml' }), {
      code: 'config-invalid',
      message: 'ECR_XACCT_SYSTEM_CONFIG=all.yaml is a relative path',
      hint: { run: command`export ECR_XACCT_SYSTEM_CONFIG=$PWD/all.yaml` },
    });
  });
});

describe('daemon.log', { skip }, () => {
  const rows: readonly [string, Environment, string | undefined][] = [
    ['is below HOME', { HOME: '/home/dev' }, '/home/dev/.local/state/ecr-xacct/daemon.log'],
    [
      'is below XDG_STATE_HOME',
      { HOME: '/home/dev', XDG_STATE_HOME: '/var/dev' },
      '/var/dev/ecr-xacct/daemon.log',
    ],
    [
      'is where the user database says without HOME',
      {},
      join(userInfo().homedir, '.local/state/ecr-xacct/daemon.log'),
    ],
  ];
  for (const [title, env, path] of rows) {
    test(title, () => assert.equal(logPath(env), path));
  }
});

describe('the folders of other systems', () => {
  const home = { HOME: '/home/dev' };
  const rows: readonly [string, Environment, string, string][] = [
    ['darwin', home, '/home/dev/Library/Preferences/ecr-xacct', '/home/dev/Library/Logs/ecr-xacct'],
    // There is no daemon, so it is this process's.
    [
      'win32',
      {},
      `${homedir()}/AppData/Roaming/ecr-xacct/Config`,
      `${homedir()}/AppData/Local/ecr-xacct/Log`,
    ],
  ];
  for (const [platform, env, config, log] of rows) {
    test(`are those of ${platform} for ${Object.keys(env).join(' and ')}`, { skip }, (t) => {
      const own = Object.getOwnPropertyDescriptor(process, 'platform') ?? assert.fail();
      t.after(() => Object.defineProperty(process, 'platform', own));
      Object.defineProperty(process, 'platform', { value: platform });
      assert.deepEqual([configPath(env), logPath(env)], [`${config}/config.yaml`, `${log}/daemon.log`]);
      assert.equal(systemConfigPath(env), platform === 'win32' ? undefined : '/etc/ecr-xacct/config.yaml');
    });
  }
});
