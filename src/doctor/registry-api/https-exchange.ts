// One HTTPS request after another, each bounded in time and size, and the failures on the way to the host.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { type Proxies, proxiesOf } from '../../net/proxies.ts';
import { transportFailure } from '../../net/transport-failure.ts';

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
export type HttpsExchange = (request: ExchangeRequest) => Promise<Reply>;

export interface ExchangeDeps {
  env: Environment;
  /** PEM. */
  authorities: readonly string[];
  /** Where one more would go, for the hint. */
  authorityFile: string;
  /** Of one request. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** @throws XacctError `proxy` */
export function createExchange(deps: ExchangeDeps): HttpsExchange {
  const { variables: proxyEnv, urls: proxies } = engineProxies(deps.env);
  const distrust = {
    authority: 'an authority that Docker does not know',
    hint: {
      say: "with that authority's certificate",
      run: command`sudo install -D -m 644 /path/to/ca.pem ${deps.authorityFile}`,
    },
  };
  const agent = new Agent({
    keepAlive: true,
    proxyEnv,
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
      if (timeout.aborted) throw tooSlow(wanted.url, deps.timeoutMs);
      throw transportFailure({ origin: wanted.url.origin, proxies, error }, distrust, proxies[0]);
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

/** In an engine, a variable in capitals comes before the same in small letters; http is not spoken. */
function engineProxies(env: Environment): Proxies {
  const names = ['HTTPS_PROXY', 'NO_PROXY'].map((name) => (env[name] ? name : name.toLowerCase()));
  return proxiesOf(Object.fromEntries(names.map((name) => [name, env[name]])));
}

function tooSlow({ host, origin }: URL, timeoutMs: number): XacctError {
  return new XacctError('timeout', `${host} did not answer within ${timeoutMs / 1_000} seconds`, {
    hint: { say: 'check the network:', run: command`curl -sS ${origin}/` },
  });
}
