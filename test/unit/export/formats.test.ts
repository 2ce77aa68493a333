// Exported credentials as programs read them: every hostname, its password, and the earliest expiration.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { dockerConfig, kubernetesSecret, shellExports } from '../../../src/export/formats.ts';
import type { HostCredential } from '../../../src/helper/credential.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const ECR: HostCredential = {
  ...{ hostname: HOST, username: 'AWS', password: 'a+b/c==', identity: 'profile dev' },
  ...{ expiresAt: Date.UTC(2026, 11, 1, 4, 30, 0, 999), leftMs: 1_000 },
};
const LATER: HostCredential = { ...ECR, hostname: 'public.ecr.aws', expiresAt: Date.UTC(2026, 11, 2) };
/** From `docker login`, so it may contain what a shell would run. */
const LOGIN: HostCredential = {
  ...{
    hostname: 'images.corp.example',
    username: "o'neil $(id)",
    password: 'a:b"c\n`d',
    identity: 'docker login',
  },
};

test('A Secret has the logins that Docker reads, and the end that comes first.', () => {
  const text = kubernetesSecret([LATER, ECR, LOGIN], { name: 'ecr.pull', namespace: '123' });
  const { data, ...secret } = parseDocument(text).toJS();
  assert.deepEqual(secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...{ name: 'ecr.pull', namespace: '123' },
      annotations: { 'ecr-xacct/expires-at': '2026-12-01T04:30:00Z' },
    },
    type: 'kubernetes.io/dockerconfigjson',
  });
  assert.deepEqual(Object.keys(data), ['.dockerconfigjson']);
  const auths = JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString()).auths;
  assert.deepEqual(
    Object.entries<{ auth: string }>(auths).map(([host, { auth }]) => [
      host,
      Buffer.from(auth, 'base64').toString(),
    ]),
    [
      ['public.ecr.aws', 'AWS:a+b/c=='],
      [HOST, 'AWS:a+b/c=='],
      ['images.corp.example', `${LOGIN.username}:${LOGIN.password}`],
    ],
  );
  assert.match(text, /^# The token for public\.ecr\.aws ends at 2026-12-02T00:00:00Z\n/);
  assert.match(text, /\n# The password for images\.corp\.example is from docker login; /);
  assert.equal(
    parseDocument(kubernetesSecret([LOGIN], { name: 'a' })).toJS().metadata.annotations,
    undefined,
  );
});

test('A shell that runs the export lines has each value as it is, and of one registry its own.', () => {
  const names = ['DOCKER_AUTH_CONFIG', 'ECR_REGISTRY', 'ECR_USERNAME', 'ECR_PASSWORD'];
  const shown = names.map((name) => `printf '%s\\0' "\${${name}-none}"`).join('; ');
  const run = (credentials: readonly HostCredential[]) =>
    execFileSync('sh', ['-c', `eval "$1"; ${shown}`, 'sh', shellExports(credentials)], {
      encoding: 'utf8',
      env: {},
    })
      .split('\0')
      .slice(0, -1);
  assert.deepEqual(run([LOGIN]), [dockerConfig([LOGIN]), LOGIN.hostname, LOGIN.username, LOGIN.password]);
  assert.deepEqual(run([ECR, LATER]), [dockerConfig([ECR, LATER]), 'none', 'none', 'none']);
});
