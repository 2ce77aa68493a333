// Names failures on the way to a server: DNS, connection, TLS, proxy.
import { type ErrorCode, XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';

/** One exchange with a server, and its result. */
export interface Exchange {
  /** As in `https://api.ecr.us-east-1.amazonaws.com`, with the port if it is not the scheme's own. */
  origin: string;
  /** URL of the proxy that is used. */
  proxy?: string | undefined;
  /** HTTP status of a complete answer; undefined while waiting and after a transport error. */
  status?: number;
  /** Whether an answer has begun. */
  hasBegun?: true;
  /** DNS, TCP, TLS or proxy error. */
  error?: unknown;
}

/** The message for a certificate whose authority is not trusted: it differs between AWS's tools and Docker. */
export interface Distrust {
  /** Who signed it, as in `an unknown authority`. */
  authority: string;
  hint: Hint;
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /^(?:SELF_SIGNED|DEPTH_ZERO_SELF|UNABLE_TO|CERT_UNTRUSTED|CERT_SIGNATURE|INVALID_CA)/;
const BAD_TLS = /^(?:CERT_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_|INVALID_|PATH_LENGTH)/;
const NO_NAME = /^(?:ENOTFOUND|EAI_)/;

/** The failure of an exchange: a transport error, or one of our own errors. */
export function transportFailure({ origin, proxy, error }: Exchange, distrust: Distrust): XacctError {
  if (error instanceof XacctError) return error;
  const { hostname, host } = new URL(origin);
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  const code = errorCode(error);
  if (proxy !== undefined && (code.startsWith('ERR_PROXY') || isAbout(error, new URL(proxy), hostname))) {
    const message = `cannot reach ${host} through the proxy ${new URL(proxy).host} (${code})`;
    return fail('proxy', message, { say: 'check:', run: command`env | grep -i _proxy` });
  }
  if (NO_NAME.test(code)) {
    const message = `cannot resolve ${hostname} (${code}): no network, or no DNS`;
    return fail('network', message, { say: 'check:', run: command`getent hosts ${hostname}` });
  }
  if (UNTRUSTED.test(code)) {
    const message = `the certificate of ${host} is signed by ${distrust.authority} (${code}), as a proxy that inspects TLS does`;
    return fail('tls', message, distrust.hint);
  }
  if (BAD_TLS.test(code)) {
    return fail('tls', `TLS with ${host} failed (${code})`, {
      say: 'check:',
      run: command`curl -sS ${origin}/`,
    });
  }
  const detail = code || (error instanceof Error ? error.name : 'unknown');
  // A timeout does not show whether the proxy or the server was slow.
  const isEither = proxy !== undefined && detail === 'TimeoutError';
  const through = isEither ? ` through the proxy ${new URL(proxy).host}` : '';
  return fail('network', `cannot reach ${host}${through} (${detail})`, {
    say: 'check the network:',
    run: command`curl -sS ${origin}/`,
  });
}

/** Whether the system's error names the proxy's host or port instead of the server's. */
function isAbout(error: unknown, proxy: URL, hostname: string): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => isAbout(one, proxy, hostname));
  if (!(error instanceof Error) || proxy.hostname === hostname) return false;
  if ('hostname' in error) return error.hostname === proxy.hostname;
  return 'port' in error && error.port === Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
}

/** The system's error code. If several addresses failed in turn, the first one's. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : errorCode(error.cause);
}
