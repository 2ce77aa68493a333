// One HTTPS request after another, each bounded in time and size, and the failures on the way to the host.

import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';

export interface ExchangeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** https only. */
  url: URL;
  headers: OutgoingHttpHeaders;
  /** Bytes of the body to read, by the status; the rest is not waited for. */
  limit(status: number): number;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body goes on after the limit. */
  isCut: boolean;
}

/** @throws XacctError `network`, `tls`, `proxy` or `timeout`, which names the host; the reason of the signal. */
export type Exchange = (request: ExchangeRequest) => Promise<Reply>;

export interface ExchangeDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** PEM. */
  authorities: readonly string[];
  /** Where one more would go, for the hint. */
  authorityFile: string;
  /** Of one request. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** @throws XacctError `proxy` */
export function createExchange(deps: ExchangeDeps): Exchange {
  const proxy = proxyOf(deps.env);
  const agent = new Agent({
    keepAlive: true,
    proxyEnv: { https_proxy: proxy?.href, no_proxy: deps.env.NO_PROXY || deps.env.no_proxy },
    // Once, and not for each connection: there are hundreds of authorities.
    secureContext: createSecureContext({ ca: [...deps.authorities] }),
  });
  return async (wanted) => {
    const timeout = AbortSignal.timeout(deps.timeoutMs);
    const signal = deps.signal === undefined ? timeout : AbortSignal.any([timeout, deps.signal]);
    try {
      return await read(await send(wanted, agent, signal), wanted);
    } catch (error) {
      deps.signal?.throwIfAborted();
      throw timeout.aborted ? tooSlow(wanted.url, deps.timeoutMs) : failure(error, wanted.url, proxy, deps);
    }
  };
}

function send(
  { method, url, headers }: ExchangeRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers: { 'user-agent': 'ecr-xacct', ...headers }, agent, signal }, resolve)
      .on('error', reject)
      .end();
  });
}

async function read(response: IncomingMessage, { limit }: ExchangeRequest): Promise<Reply> {
  const { statusCode: status = 0, headers } = response;
  const most = limit(status);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > most) break;
  }
  const body = Buffer.concat(chunks).subarray(0, most).toString();
  return { status, headers, body, isCut: size > most };
}

/**
 * As Docker's engine has it, for https: the variable in capitals comes first. The rules are those of aws/connection.ts, which
 * may not be imported here; here, too, no message has the value: it may hold a password.
 */
function proxyOf({ HTTPS_PROXY, https_proxy }: ExchangeDeps['env']): URL | undefined {
  const value = HTTPS_PROXY || https_proxy;
  if (!value) return undefined;
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  const name = HTTPS_PROXY ? 'HTTPS_PROXY' : 'https_proxy';
  const message = `${name} is not the URL of an HTTP proxy, such as http://proxy.example:3128`;
  throw new XacctError('proxy', message, { hint: { run: command`unset ${name}` } });
}

function tooSlow({ host, origin }: URL, timeoutMs: number): XacctError {
  return new XacctError('timeout', `${host} did not answer within ${timeoutMs / 1_000} seconds`, {
    hint: { say: 'check the network:', run: command`curl -sS ${origin}/` },
  });
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /^(?:SELF_SIGNED|DEPTH_ZERO_SELF|UNABLE_TO|CERT_UNTRUSTED|CERT_SIGNATURE|INVALID_CA)/;
const BAD_TLS = /^(?:CERT_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_|INVALID_|PATH_LENGTH)/;
const NO_NAME = /^(?:ENOTFOUND|EAI_)/;

function failure(
  error: unknown,
  { host, hostname, origin }: URL,
  proxy: URL | undefined,
  deps: ExchangeDeps,
) {
  const code = codeOf(error);
  const fail = (what: ErrorCode, message: string, hint: Hint) =>
    new XacctError(what, message, { hint, cause: error });
  if (code.startsWith('ERR_PROXY') || (proxy !== undefined && isAbout(error, proxy))) {
    const whose = `through the proxy ${proxy?.host}`;
    return fail('proxy', `cannot reach ${host} ${whose} (${code})`, {
      say: 'check:',
      run: command`env | grep -i _proxy`,
    });
  }
  if (NO_NAME.test(code)) {
    const message = `cannot resolve ${hostname} (${code}): no network, or no DNS`;
    return fail('network', message, { say: 'check:', run: command`getent hosts ${hostname}` });
  }
  if (UNTRUSTED.test(code)) {
    return fail(
      'tls',
      `the certificate of ${host} is signed by an authority that Docker does not know (${code}), as a proxy that inspects TLS does`,
      {
        say: "with that authority's certificate",
        run: command`sudo install -D -m 644 /path/to/ca.pem ${deps.authorityFile}`,
      },
    );
  }
  if (BAD_TLS.test(code)) {
    return fail('tls', `TLS with ${host} failed (${code})`, {
      say: 'check:',
      run: command`curl -sS ${origin}/`,
    });
  }
  const detail = code || (error instanceof Error ? error.name : 'unknown');
  return fail('network', `cannot reach ${host} (${detail})`, {
    say: 'check the network:',
    run: command`curl -sS ${origin}/`,
  });
}

/** Whether the system's error names the proxy's host or port. */
function isAbout(error: unknown, proxy: URL): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => isAbout(one, proxy));
  if (!(error instanceof Error)) return false;
  if ('hostname' in error) return error.hostname === proxy.hostname;
  return 'port' in error && error.port === Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
}

/** Several addresses tried in turn fail with one error each. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
