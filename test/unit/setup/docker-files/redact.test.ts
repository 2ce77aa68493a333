// A config.json as it is shown: without secrets in any place, and otherwise complete.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactJson } from '../../../../src/setup/docker-files/redact.ts';

test('The credentials of Docker and podman are hidden, and what is around them is not.', () => {
  const secrets = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'].map((name) => `canary-${name}`);
  const [auth, identity, registry, password, header, proxy, plugin, cased] = secrets;
  const text = JSON.stringify({
    auths: {
      'index.docker.io': { auth, identitytoken: identity, registrytoken: registry, username: 'me', password },
      'cased.example': { Auth: cased },
    },
    HttpHeaders: { 'X-Meta': header },
    proxies: { default: { httpProxy: `http://me:${proxy}@proxy.example:3128` } },
    plugins: { scan: { apiToken: plugin, list: 'shown' } },
    credHelpers: { 'gcr.io': 'gcloud' },
    credsStore: 'desktop',
  });
  const shown = redactJson(text);
  for (const secret of secrets) assert.ok(!shown.includes(secret), secret);
  const hidden = JSON.parse(shown);
  assert.deepEqual(hidden.auths['index.docker.io'].username, 'me');
  assert.deepEqual(hidden.HttpHeaders, { 'X-Meta': '(hidden)' });
  assert.equal(hidden.proxies.default.httpProxy, 'http://***@proxy.example:3128');
  assert.deepEqual(hidden.plugins.scan, { apiToken: '(hidden)', list: 'shown' });
  assert.deepEqual([hidden.credHelpers, hidden.credsStore], [{ 'gcr.io': 'gcloud' }, 'desktop']);
});

test('A secret of any shape, below any member of a secret name, is hidden, and the text stays JSON.', () => {
  const name = fc.constantFrom(
    'auth',
    'identitytoken',
    'registryToken',
    'password',
    'client_secret',
    'Secret',
  );
  const canary = 'canary-of-a-secret';
  const value = fc.constantFrom<unknown>(canary, [canary], { inner: canary }, { deep: [{ inner: canary }] });
  fc.assert(
    fc.property(fc.string(), name, value, fc.constantFrom('', '\t'), (host, member, secret, indent) => {
      const text = JSON.stringify({ auths: { [host]: { [member]: secret } } }, undefined, indent);
      const shown = redactJson(text);
      assert.ok(!shown.includes(canary));
      JSON.parse(shown);
    }),
  );
});

test('A text that is no JSON is hidden whole, and an empty one is shown.', () => {
  assert.equal(redactJson('canary'), '"(hidden)"');
  assert.equal(redactJson(''), '');
});
