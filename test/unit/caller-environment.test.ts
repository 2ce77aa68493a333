// Tests which variables the caller sends, and which the daemon keeps for itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  childEnvironment,
  isWhole,
  passedEnvironment,
  WholeEnvironmentNeeded,
  wholeEnvironment,
} from '../../src/caller-environment.ts';
import { daemonEnvironment, JOB_NAMES } from '../../src/client/start-daemon.ts';

const CLIENT = readFileSync(
  join(import.meta.dirname, '../../src/client/docker-credential-ecr-xacct.c'),
  'utf8',
);
/** Prefixes of names. */
const DAEMON = ['HOME', 'PATH', 'USER', 'LANG', 'TMPDIR', 'LC_', 'XDG_', 'ECR_XACCT_SOCKET', 'ECR_XACCT_LOG'];

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
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'REQUESTS_CA_BUNDLE'],
];
const HELD_BACK = [
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_DEBUG', 'NODE_V8_COVERAGE'],
  ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'SSLKEYLOGFILE', 'OPENSSL_CONF', 'BASH_ENV'],
  ...['SSH_AUTH_SOCK', 'TERM', 'VAULT_TOKEN', 'GNUPGHOME', '@all', '@place'],
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

  test('the daemon keeps where its files are and whose job it is of, and nothing of AWS, of proxies, or of one call', () => {
    const job = Object.fromEntries(JOB_NAMES.map((name) => [name, '1']));
    assert.deepEqual(
      Object.keys(daemonEnvironment({ ...everything, ...job, ECR_XACCT_LOG: 'debug' })).toSorted(),
      [...OWN, ...JOB_NAMES, 'ECR_XACCT_LOG', 'ECR_XACCT_SOCKET'].toSorted(),
    );
  });

  test('the native client hands the same ones to the daemon that it starts', () => {
    const [, body = ''] = /become_daemon\([\s\S]*?starts\[\] = \{([\s\S]*?)\};/.exec(CLIENT) ?? [];
    const names = [...body.matchAll(/"([A-Z_]+)=?"/g)].map(([, name]) => name);
    assert.deepEqual(names.toSorted(), [...DAEMON, ...JOB_NAMES].toSorted());
  });
});

describe('the whole environment', () => {
  test('has every variable, but for names that are our own or none, and says that it is whole', () => {
    const whole = wholeEnvironment({ ...everything, '@all': 'forged', '@place': 'forged', unset: undefined });
    const { '': _, '@all': mark, '@place': place, ...expected } = everything;
    assert.deepEqual([mark, place], ['value of @all', 'value of @place']);
    assert.deepEqual(whole, { ...expected, '@all': '1' });
    assert.deepEqual([isWhole(whole), isWhole(passedEnvironment(whole)), isWhole({})], [true, false, false]);
  });

  test('goes to a child without what is our own', () => {
    assert.deepEqual(childEnvironment(wholeEnvironment({ A: 'b', NODE_OPTIONS: 'c' })), {
      A: 'b',
      NODE_OPTIONS: 'c',
    });
    assert.throws(() => childEnvironment({ A: 'b' }), WholeEnvironmentNeeded);
  });

  test('goes to a child with what the launcher keeps from Node, under its own name', () => {
    const kept = { ECR_XACCT_CALLER_NODE_OPTIONS: 'x', ECR_XACCT_CALLER_: 'x', 'ECR_XACCT_CALLER_@all': 'x' };
    assert.deepEqual(childEnvironment(wholeEnvironment(kept)), { NODE_OPTIONS: 'x' });
    assert.deepEqual(passedEnvironment(kept), {});
  });

  test('is what it was, taken as whole a second time', () => {
    const whole = wholeEnvironment(everything);
    assert.deepEqual(wholeEnvironment(whole), whole);
  });
});
