// Sends one HTTPS request after another, each limited in time and size, and names the failures on the way to the host.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { readUpTo } from '../../net/bounded-body.ts';
import { engineProxies, throughProxy } from '../../net/proxies.ts';
import { transportFailure } from '../../net/transport-failure.ts';

export interface ExchangeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** https only. */
  url: URL;
  headers: OutgoingHttpHeaders;
  /** How many bytes of the body to read, by HTTP status; the rest is not waited for. */
  limit(status: number): number;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body is longer than the limit. */
  isCut: boolean;
}

/** @throws XacctError `network`, `tls`, `proxy` or `timeout`, which names the host; the signal's reason. */
export type HttpsExchange = (request: ExchangeRequest) => Promise<Reply>;

export interface ExchangeDeps {
  env: Environment;
  /** PEM. */
  authorities: readonly string[];
  /** The path for one more authority, for the hint. */
  authorityFile: string;
  /** The timeout of one request. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export function createExchange(deps: ExchangeDeps): HttpsExchange {
  const proxyFor = engineProxies(deps.env);
  const distrust = {
    authority: 'an authority that Docker does not trust',
    hint: {
      say: "with that authority's certificate",
      run: command`sudo install -D -m 644 /path/to/ca.pem ${deps.authorityFile}`,
    },
  };
  // Made once, not for each connection: there are hundreds of authorities.
  const secureContext = createSecureContext({ ca: [...deps.authorities] });
  const agents = new Map<string | undefined, Agent>();
  const agentFor = (proxy: string | undefined) => {
    const agent = agents.get(proxy) ?? new Agent({ keepAlive: true, secureContext, ...throughProxy(proxy) });
    agents.set(proxy, agent);
    return agent;
  };
  return async (wanted) => {
    const timeout = AbortSignal.timeout(deps.timeoutMs);
    const signal = deps.signal === undefined ? timeout : AbortSignal.any([timeout, deps.signal]);
    const { origin } = wanted.url;
    const proxy = proxyFor(origin);
    try {
      return await read(await send(wanted, agentFor(proxy), signal), wanted);
    } catch (error) {
      deps.signal?.throwIfAborted();
      if (timeout.aborted) throw tooSlow(wanted.url, deps.timeoutMs);
      throw transportFailure({ origin, proxy, error }, distrust);
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
  const { bytes, isCut } = await readUpTo(response, limit(status));
  return { status, headers, body: bytes.toString(), isCut };
}

function tooSlow({ host, origin }: URL, timeoutMs: number): XacctError {
  return new XacctError('timeout', `${host} did not answer within ${timeoutMs / 1_000} seconds`, {
    hint: { say: 'check the network:', run: command`curl -sS ${origin}/` },
  });
}
