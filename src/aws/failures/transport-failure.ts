// Names failures on the way to AWS: DNS, connection, TLS, proxy.

import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Exchange } from '../connection.ts';

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
]);
const BAD_CERTIFICATE = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'HOSTNAME_MISMATCH',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);

/** The failure of an exchange that ended in a transport error. */
export function transportFailure({ origin, proxies, error }: Exchange): XacctError {
  const { hostname, host } = new URL(origin);
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  const code = errorCode(error);
  const proxy = proxies.map((url) => new URL(url)).find((url) => isAbout(error, url, hostname));
  if (proxy !== undefined || code.startsWith('ERR_PROXY')) {
    const whose = proxy === undefined ? 'the proxy' : `the proxy ${proxy.host}`;
    const message = `cannot reach ${host} through ${whose} (${code})`;
    return fail('proxy', message, { say: 'check:', run: command`env | grep -i _proxy` });
  }
  if (DNS.has(code)) {
    const message = `cannot resolve ${hostname} (${code}): no network, or no DNS`;
    return fail('network', message, { say: 'check:', run: command`getent hosts ${hostname}` });
  }
  if (UNTRUSTED.has(code)) {
    return fail(
      'tls',
      `the certificate of ${host} is signed by an unknown authority (${code}), as a proxy that inspects TLS does`,
      { say: "with that authority's certificate", run: command`export AWS_CA_BUNDLE=/path/to/ca.pem` },
    );
  }
  if (
    BAD_CERTIFICATE.has(code) ||
    code.startsWith('ERR_SSL') ||
    code.startsWith('ERR_TLS') ||
    code === 'EPROTO'
  ) {
    return fail('tls', `TLS with ${host} failed (${code})`, {
      say: 'check:',
      run: command`curl -sS ${origin}/`,
    });
  }
  const detail = code === '' ? errorName(error) : code;
  return fail('network', `cannot reach ${host} (${detail})`, {
    say: 'check the network:',
    run: command`curl -sS ${origin}/`,
  });
}

/** Whether the system's error names the proxy's host or port rather than those of AWS. */
function isAbout(error: unknown, proxy: URL, hostname: string): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => isAbout(one, proxy, hostname));
  if (!(error instanceof Error)) return false;
  if ('hostname' in error) return error.hostname === proxy.hostname && proxy.hostname !== hostname;
  const port = Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
  return 'port' in error && error.port === port && proxy.hostname !== hostname;
}

/** The system's code; several addresses tried in turn fail with one error each. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : errorCode(error.cause);
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
