// The proxy for a server, and the errors of invalid ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { awsProxies, engineProxies, throughProxy } from '../../../src/net/proxies.ts';

const PROXY = 'http://proxy.example:3128';
const [HTTP, HTTPS] = ['http://api.example', 'https://api.example'];
const RULES = [awsProxies, engineProxies];

test('Each scheme has its variable, and an empty one is none.', () => {
  for (const rules of RULES) {
    const proxyFor = rules({ HTTP_PROXY: `${PROXY}/a`, https_proxy: `${PROXY}/b`, ALL_PROXY: PROXY });
    assert.deepEqual([proxyFor(HTTP), proxyFor(HTTPS)], [`${PROXY}/a`, `${PROXY}/b`]);
    assert.equal(rules({ HTTPS_PROXY: '', HTTP_PROXY: PROXY, ALL_PROXY: PROXY })(HTTPS), undefined);
    assert.equal(rules({})(HTTPS), undefined);
  }
});

test('Small letters come first for AWS, and capitals for an engine.', () => {
  const env = { HTTPS_PROXY: `${PROXY}/a`, https_proxy: `${PROXY}/b` };
  assert.equal(awsProxies(env)(HTTPS), `${PROXY}/b`);
  assert.equal(engineProxies(env)(HTTPS), `${PROXY}/a`);
  const except = { ...env, NO_PROXY: 'api.example', no_proxy: 'other.example' };
  assert.equal(awsProxies(except)(HTTPS), `${PROXY}/b`);
  assert.equal(engineProxies(except)(HTTPS), undefined);
});

test('An empty variable in small letters is no proxy for AWS, and not there for an engine.', () => {
  const env = { HTTPS_PROXY: PROXY, https_proxy: '' };
  assert.equal(awsProxies(env)(HTTPS), undefined);
  assert.equal(engineProxies(env)(HTTPS), PROXY);
});

test('A proxy without a scheme is one of HTTP, and a scheme may be in capitals.', () => {
  for (const rules of RULES) {
    for (const value of ['proxy.example:3128', '//proxy.example:3128', 'HTTP://proxy.example:3128']) {
      assert.equal(rules({ https_proxy: value })(HTTPS), PROXY);
    }
    assert.equal(rules({ https_proxy: 'https://me:secret@proxy' })(HTTPS), 'https://me:secret@proxy');
  }
});

test('An agent of Node is given a proxy for either scheme, or none.', () => {
  assert.deepEqual(throughProxy(PROXY), { proxyEnv: { http_proxy: PROXY, https_proxy: PROXY } });
  assert.deepEqual(throughProxy(undefined), {});
});

for (const value of [
  'socks5://me:secret@proxy.example:1080',
  'http://:secret@',
  'http://proxy.example:secret',
  'a b',
]) {
  test(`${value} is refused where it would be used, by the name of its variable alone.`, () => {
    for (const rules of RULES) {
      const proxyFor = rules({ HTTPS_PROXY: PROXY, http_proxy: value, NO_PROXY: 'other.example' });
      assert.throws(() => proxyFor(HTTP), {
        code: 'proxy',
        message: 'http_proxy is not the URL of an HTTP proxy, such as http://proxy.example:3128',
        hint: { run: command`unset http_proxy` },
      });
      assert.equal(proxyFor(HTTPS), PROXY);
      assert.equal(proxyFor('http://other.example'), undefined);
    }
  });
}
