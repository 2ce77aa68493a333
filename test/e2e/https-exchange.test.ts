// HTTPS requests to a registry: certificate authorities, proxies, limits of time and size, and errors.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { before, describe, type TestContext, test } from 'node:test';
import { createExchange, type ExchangeDeps } from '../../src/doctor/registry-api/https-exchange.ts';
import { XacctError } from '../../src/errors.ts';
import { command, type Hint } from '../../src/hint.ts';
import { authorityFile, engineAuthorities } from '../../src/net/authorities.ts';
import { startConnectProxy } from '../fake-aws/connect-proxy.ts';
import { type Certificate, createCertificateAuthority } from '../support/certificates.ts';
import { serveHttps, trust } from '../support/e2e/tls.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const HOST = 'images.corp.example';
const ADDRESS = '127.0.0.2';
const skip = skipWithout('namespaces');
if (!skip) enterPrivateHosts({ [HOST]: ADDRESS });

describe('an HTTPS exchange', { skip, timeout: 60_000 }, () => {
  let authority: Awaited<ReturnType<typeof createCertificateAuthority>>;
  let certificate: Certificate;
  before(async () => {
    authority = await createCertificateAuthority();
    certificate = await authority.issue([HOST]);
  });

  const serve = (t: TestContext, listener: RequestListener = (_, response) => void response.end('hello')) =>
    serveHttps(t, ADDRESS, certificate, listener);

  function exchange(deps: Partial<ExchangeDeps> = {}, hostname = HOST, limit = 100) {
    const ask = createExchange({
      env: {},
      authorities: [authority.cert],
      authorityFile: authorityFile(hostname),
      timeoutMs: 10_000,
      ...deps,
    });
    return ask({ method: 'GET', url: new URL(`https://${hostname}/`), headers: {}, limit: () => limit });
  }

  async function failure(
    ...args: Parameters<typeof exchange>
  ): Promise<[code: string, message: string, hint: Hint | undefined]> {
    const error: unknown = await exchange(...args).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof XacctError, String(error));
    return [error.code, error.message, error.hint];
  }

  test('reads up to its limit, and says whether there was more.', async (t) => {
    await serve(t);
    const read = async (limit: number) => {
      const { status, body, isCut } = await exchange({}, HOST, limit);
      return [status, body, isCut];
    };
    assert.deepEqual(await read(5), [200, 'hello', false]);
    assert.deepEqual(await read(4), [200, 'hell', true]);
    assert.deepEqual(await read(0), [200, '', true]);
  });

  test('fails by name if there is no such host, and if nothing listens.', async () => {
    const [code, message, hint] = await failure({}, 'absent.example');
    assert.deepEqual([code, hint], ['network', { say: 'check:', run: command`getent hosts absent.example` }]);
    assert.match(message, /^cannot resolve absent\.example \(E\w+\): no network, or no DNS$/);
    // A registry may redirect to such a host, and a reader may copy the hint.
    assert.deepEqual((await failure({}, 'a;$(id).example'))[2], {
      say: 'check:',
      run: command`getent hosts a;$(id).example`,
    });
    assert.deepEqual(await failure(), [
      'network',
      `cannot reach ${HOST} (ECONNREFUSED)`,
      { say: 'check the network:', run: command`curl -sS https://${HOST}/` },
    ]);
  });

  test('fails where the authority is unknown, and says where Docker would look for it.', async (t) => {
    await serve(t);
    assert.deepEqual(await failure({ authorities: engineAuthorities(HOST, {}) }), [
      'tls',
      `the certificate of ${HOST} is signed by an authority that Docker does not trust (UNABLE_TO_VERIFY_LEAF_SIGNATURE), as a proxy that inspects TLS does`,
      {
        say: "with that authority's certificate",
        run: ['sudo', 'install', '-D', '-m', '644', '/path/to/ca.pem', `/etc/docker/certs.d/${HOST}/ca.crt`],
      },
    ]);
    await trust(authority, [HOST]);
    t.after(() => rm('/etc/docker/certs.d', { recursive: true }));
    assert.equal((await exchange({ authorities: engineAuthorities(HOST, {}) })).status, 200);
    // The authority is trusted for one registry only.
    assert.equal((await failure({ authorities: engineAuthorities('other.example', {}) }))[0], 'tls');
  });

  test('fails where the certificate is for another host, and where there is no TLS.', async (t) => {
    await serveHttps(t, ADDRESS, await authority.issue(['other.example']), () => {});
    assert.deepEqual(await failure(), [
      'tls',
      `TLS with ${HOST} failed (ERR_TLS_CERT_ALTNAME_INVALID)`,
      { say: 'check:', run: ['curl', '-sS', `https://${HOST}/`] },
    ]);
  });

  test('fails after its time, and ends with the signal.', async (t) => {
    await serve(t, () => {});
    assert.deepEqual(await failure({ timeoutMs: 50 }), [
      'timeout',
      `${HOST} did not answer within 0.05 seconds`,
      { say: 'check the network:', run: ['curl', '-sS', `https://${HOST}/`] },
    ]);
    const reason = new Error('enough');
    await assert.rejects(exchange({ signal: AbortSignal.abort(reason) }), reason);
  });

  test('fails after its time, too, where the answer does not end.', async (t) => {
    await serve(t, (_, response) => void response.write('hello'));
    assert.equal((await failure({ timeoutMs: 200 }))[0], 'timeout');
  });

  test('goes through the proxy for https, in capitals first, and not where NO_PROXY names the host.', async (t) => {
    await serve(t);
    await using proxy = await startConnectProxy({ host: ADDRESS, port: 443 });
    const status = async (env: Record<string, string>) => (await exchange({ env })).status;
    const dead = 'http://127.0.0.1:9';
    assert.equal(await status({ HTTPS_PROXY: proxy.url, https_proxy: dead, HTTP_PROXY: dead }), 200);
    assert.equal(await status({ https_proxy: proxy.url.replace('http://', '') }), 200);
    assert.deepEqual(proxy.hosts, [`${HOST}:443`, `${HOST}:443`]);
    assert.equal(await status({ HTTPS_PROXY: dead, NO_PROXY: '.corp.example' }), 200);
    assert.equal(await status({ HTTPS_PROXY: dead, no_proxy: '*' }), 200);
    // Node's rule differs: there, a name does not cover its subdomains.
    assert.equal(await status({ HTTPS_PROXY: dead, NO_PROXY: 'localhost, corp.example:443' }), 200);
    assert.equal(await status({ HTTP_PROXY: dead }), 200);
    assert.equal(proxy.hosts.length, 2);
  });

  test('fails with the proxy, and never with its password.', async (t) => {
    await serve(t);
    await using proxy = await startConnectProxy({ host: ADDRESS, port: 443 });
    proxy.refuse = true;
    const { host } = new URL(proxy.url);
    const env = { HTTPS_PROXY: `http://me:proxy-password@${host}` };
    const hint = { say: 'check:', run: command`env | grep -i _proxy` };
    assert.deepEqual(await failure({ env }), [
      'proxy',
      `cannot reach ${HOST} through the proxy ${host} (ERR_PROXY_TUNNEL)`,
      hint,
    ]);
    await proxy.close();
    assert.deepEqual(await failure({ env }), [
      'proxy',
      `cannot reach ${HOST} through the proxy ${host} (ECONNREFUSED)`,
      hint,
    ]);
    const absent = await failure({ env: { https_proxy: 'http://proxy.absent.example' } });
    assert.equal(absent[0], 'proxy');
    assert.match(absent[1] ?? '', / through the proxy proxy\.absent\.example \(E\w+\)$/);
    for (const value of ['socks5://me:proxy-password@127.0.0.1:1080', 'http://:proxy-password@']) {
      assert.deepEqual(await failure({ env: { HTTPS_PROXY: value } }), [
        'proxy',
        'HTTPS_PROXY is not the URL of an HTTP proxy, such as http://proxy.example:3128',
        { run: command`unset HTTPS_PROXY` },
      ]);
    }
  });
});
