// The name of a failure on the way to a server: DNS, connection, TLS or a proxy, from the system's own errors.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import { type Exchange, transportFailure } from '../../../src/net/transport-failure.ts';

const ORIGIN = 'https://api.example:8443';
const PROXY = 'http://me:proxy-password@proxy.example:3128';
const distrust = { authority: 'an authority of no repute', hint: { say: 'trust it' } };

const systemError = (code: string, fields: object = {}) =>
  Object.assign(new Error('it failed'), { code }, fields);

function failure(error: unknown, exchange: Partial<Exchange> = {}) {
  const cause = transportFailure({ origin: ORIGIN, ...exchange, error }, distrust);
  assert.equal(cause.cause, error);
  return [cause.code, cause.message, hintText(cause.hint ?? {})];
}

const unresolved = (code: string) => [
  'network',
  `cannot resolve api.example (${code}): no network, or no DNS`,
  'check: getent hosts api.example',
];
const untrusted = (code: string) => [
  'tls',
  `the certificate of api.example:8443 is signed by an authority of no repute (${code}), as a proxy that inspects TLS does`,
  'trust it',
];
const badTls = (code: string) => [
  'tls',
  `TLS with api.example:8443 failed (${code})`,
  `check: curl -sS ${ORIGIN}/`,
];
const unreached = (what: string) => [
  'network',
  `cannot reach api.example:8443 (${what})`,
  `check the network: curl -sS ${ORIGIN}/`,
];
const throughProxy = (host: string, code: string) => [
  'proxy',
  `cannot reach api.example:8443 through the proxy ${host} (${code})`,
  'check: env | grep -i _proxy',
];

describe('without a proxy', () => {
  const KINDS: readonly (readonly [(code: string) => string[], readonly string[]])[] = [
    [unresolved, ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']],
    [
      untrusted,
      [
        'SELF_SIGNED_CERT_IN_CHAIN',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'UNABLE_TO_GET_ISSUER_CERT',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'CERT_UNTRUSTED',
        'CERT_SIGNATURE_FAILURE',
        'INVALID_CA',
      ],
    ],
    [
      badTls,
      [
        'CERT_HAS_EXPIRED',
        'CERT_NOT_YET_VALID',
        'ERR_TLS_CERT_ALTNAME_INVALID',
        'ERR_SSL_WRONG_VERSION_NUMBER',
        'CERT_REVOKED',
        'CERT_REJECTED',
        'CERT_CHAIN_TOO_LONG',
        'HOSTNAME_MISMATCH',
        'INVALID_PURPOSE',
        'PATH_LENGTH_EXCEEDED',
        'EPROTO',
      ],
    ],
    [unreached, ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT']],
  ];
  for (const [named, codes] of KINDS) {
    for (const code of codes) {
      test(`${code} is called by its name.`, () => {
        assert.deepEqual(failure(systemError(code)), named(code));
      });
    }
  }

  test('several addresses that were tried in turn are one failure, and so is one behind another.', () => {
    const refused = systemError('ECONNREFUSED');
    assert.deepEqual(failure(new AggregateError([refused, refused])), unreached('ECONNREFUSED'));
    assert.deepEqual(failure(new Error('it failed', { cause: refused })), unreached('ECONNREFUSED'));
  });

  test('what has no code is called by its class.', () => {
    assert.deepEqual(failure(new TypeError('it failed')), unreached('TypeError'));
    assert.deepEqual(failure('it failed'), unreached('unknown'));
  });

  test("the hint's words are a shell's words.", () => {
    const [, , hint] = failure(systemError('ENOTFOUND'), { origin: 'https://a;$(id).example' });
    assert.equal(hint, "check: getent hosts 'a;$(id).example'");
  });
});

describe('with a proxy', () => {
  const refused = systemError('ECONNREFUSED', { port: 3128 });

  test('an error about its host or its port is its failure.', () => {
    const named = (code: string) => throughProxy('proxy.example:3128', code);
    assert.deepEqual(failure(refused, { proxy: PROXY }), named('ECONNREFUSED'));
    assert.deepEqual(failure(new AggregateError([refused]), { proxy: PROXY }), named('ECONNREFUSED'));
    const absent = systemError('ENOTFOUND', { hostname: 'proxy.example' });
    assert.deepEqual(failure(absent, { proxy: PROXY }), named('ENOTFOUND'));
    const ofScheme = systemError('ECONNREFUSED', { port: 80 });
    assert.deepEqual(
      failure(ofScheme, { proxy: 'http://other.example' }),
      throughProxy('other.example', 'ECONNREFUSED'),
    );
  });

  test('a time that ran out is said with the proxy, as it may be of either.', () => {
    const timeout = Object.assign(new Error('it failed'), { name: 'TimeoutError' });
    const [code, message] = failure(timeout, { proxy: PROXY });
    assert.equal(code, 'network');
    assert.match(String(message), / through the proxy proxy\.example:3128 \(TimeoutError\)$/);
  });

  test('an error about the server is not.', () => {
    const direct = systemError('ECONNREFUSED', { port: 8443 });
    assert.deepEqual(failure(direct, { proxy: PROXY }), unreached('ECONNREFUSED'));
    const absent = systemError('ENOTFOUND', { hostname: 'api.example' });
    assert.deepEqual(failure(absent, { proxy: PROXY }), unresolved('ENOTFOUND'));
    // A proxy on the server's own machine may even have its port.
    const own = { proxy: 'http://api.example:3128' };
    assert.deepEqual(failure(refused, own), unreached('ECONNREFUSED'));
  });

  test('a tunnel that it refuses is its failure.', () => {
    assert.deepEqual(
      failure(systemError('ERR_PROXY_TUNNEL'), { proxy: PROXY }),
      throughProxy('proxy.example:3128', 'ERR_PROXY_TUNNEL'),
    );
  });

  test('one that cannot be gone by is told as it was found.', () => {
    const found = new XacctError('proxy', 'http_proxy is none');
    assert.equal(transportFailure({ origin: ORIGIN, error: found }, distrust), found);
  });
});
