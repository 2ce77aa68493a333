// Which proxies an environment names, and what is said of one that is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { proxiesOf } from '../../../src/net/proxies.ts';

const PROXY = 'http://proxy.example:3128';

test('Both cases of a variable count, each under its own name, and an empty one is none.', () => {
  const env = {
    HTTP_PROXY: `${PROXY}/a`,
    http_proxy: `${PROXY}/b`,
    HTTPS_PROXY: '',
    https_proxy: `${PROXY}/c`,
  };
  const { variables, urls } = proxiesOf({ ...env, NO_PROXY: 'one.example', no_proxy: '*', ALL_PROXY: PROXY });
  const { HTTPS_PROXY: _, ...set } = env;
  assert.deepEqual(variables, { ...set, NO_PROXY: 'one.example', no_proxy: '*' });
  assert.deepEqual(urls, [`${PROXY}/a`, `${PROXY}/b`, `${PROXY}/c`]);
  assert.deepEqual(proxiesOf({}), { variables: {}, urls: [] });
});

test('A proxy without a scheme is one of HTTP.', () => {
  assert.deepEqual(proxiesOf({ https_proxy: 'proxy.example:3128' }).urls, [PROXY]);
});

for (const value of [
  'socks5://me:secret@proxy.example:1080',
  'http://:secret@',
  'http://proxy.example:secret',
  'a b',
]) {
  test(`${value} is refused, by the name of its variable alone.`, () => {
    assert.throws(() => proxiesOf({ HTTPS_PROXY: PROXY, http_proxy: value }), {
      code: 'proxy',
      message: 'http_proxy is not the URL of an HTTP proxy, such as http://proxy.example:3128',
      hint: { run: command`unset http_proxy` },
    });
  });
}
