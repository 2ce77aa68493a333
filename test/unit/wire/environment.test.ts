// Owns the proof of which variables leave the caller, and which the daemon keeps for itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { daemonEnvironment, passedEnvironment } from '../../../src/wire/environment.ts';

const OWN = [
  'HOME',
  'PATH',
  'USER',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'TMPDIR',
];
const PASSED = [
  ...OWN,
  ...[
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_ANYTHING',
    'ECR_XACCT_PROFILE',
    'ECR_XACCT_SOCKET',
  ],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'no_proxy',
  ],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'SSH_AUTH_SOCK', 'GPG_TTY'],
  ...['GNUPGHOME', 'PINENTRY_USER_DATA', 'TERM', 'XAUTHORITY', 'PASSWORD_STORE_DIR'],
];
const HELD_BACK = [
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_DEBUG', 'NODE_V8_COVERAGE'],
  ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'SSLKEYLOGFILE', 'OPENSSL_CONF', 'BASH_ENV'],
  ...[
    'SHELL',
    'PWD',
    'GITHUB_TOKEN',
    'DOCKER_CONFIG',
    'aws_profile',
    'home',
    'XAWS_PROFILE',
    'AWS',
    'HOMEPATH',
    '',
  ],
];
const everything = Object.fromEntries([...PASSED, ...HELD_BACK].map((name) => [name, `value of ${name}`]));

describe('of the caller’s variables', () => {
  test('exactly the allowed ones are passed on, as they are', () => {
    assert.deepEqual(
      passedEnvironment(everything),
      Object.fromEntries(PASSED.map((name) => [name, `value of ${name}`])),
    );
  });

  test('an empty one is passed on, and one that is not set is not', () => {
    assert.deepEqual(passedEnvironment({ AWS_PROFILE: '', AWS_REGION: undefined }), { AWS_PROFILE: '' });
  });

  test('the daemon keeps where its files are, and nothing of AWS, of proxies, or of one call', () => {
    assert.deepEqual(
      Object.keys(daemonEnvironment({ ...everything, ECR_XACCT_LOG: 'debug' })).toSorted(),
      [...OWN, 'ECR_XACCT_LOG', 'ECR_XACCT_SOCKET'].toSorted(),
    );
  });
});
