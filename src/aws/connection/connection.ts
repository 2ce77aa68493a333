// How AWS is reached: proxy, CA bundle, timeouts, and a record of what happened on the way, for failures to be named after.
import { Agent as HttpAgent } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Environment } from '../../invocation.ts';
import { awsAuthorities } from '../../net/authorities.ts';
import { wholeBody } from '../../net/bounded-body.ts';
import { awsProxies, throughProxy } from '../../net/proxies.ts';
import type { Exchange } from '../../net/transport-failure.ts';
import type { Settings } from '../../profiles/ini.ts';
import type { Secrets } from '../../secrets.ts';
import { EarlyAgent } from './early-agent.ts';
import type { EndpointVariant } from './endpoints.ts';
import { secretsIn } from './sent-secrets.ts';

export interface Connection {
  requestHandler: NodeHttpHandler;
  /** With AWS; undefined before the first request. */
  lastExchange(): Exchange | undefined;
  /** Epoch ms by the clock of the last answer; by this machine's where it says none. */
  answeredAt(): number;
  /** Opens a connection for the next request to this origin; none where a proxy leads there. */
  openEarly(origin: string): void;
}

/** What the clients of one job share. */
export type ClientConfig = EndpointVariant & Pick<Connection, 'requestHandler'>;

type HandleArguments = Parameters<NodeHttpHandler['handle']>;

/** A date is in whole seconds, cut off: its clock may be this much further, and what expires by it has that much less to live. */
const DATE_STEP_MS = 1_000;

/** A TCP and TLS handshake that takes longer is a lost packet or a wrong address: better tried again than waited for. */
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * For a process of its own: whom it trusts, every connection of it does, that with a proxy of HTTPS included. What it sends that
 * is secret is added to `secrets`: what answers may repeat it.
 * @throws XacctError `tls` for what cannot be gone by.
 */
export function createConnection(
  env: Environment,
  profile: Settings | undefined,
  secrets?: Pick<Secrets, 'add'>,
): Connection {
  trust(awsAuthorities(env, profile?.ca_bundle));
  const proxyFor = awsProxies(env);
  const proxied = new Map<string, NodeHttpHandler>();
  let last: Exchange | undefined;
  let date = Number.NaN;
  const handlerFor = (proxy: string) => {
    const handler = proxied.get(proxy) ?? new NodeHttpHandler(handlerOptions(proxy));
    proxied.set(proxy, handler);
    return handler;
  };
  const direct = handlerOptions();
  class RecordingHandler extends NodeHttpHandler {
    override async handle(...[request, options]: HandleArguments): ReturnType<NodeHttpHandler['handle']> {
      const port = request.port === undefined ? '' : `:${request.port}`;
      const exchange: Exchange = { origin: `${request.protocol}//${request.hostname}${port}` };
      last = exchange;
      try {
        secrets?.add(...secretsIn(request));
        exchange.proxy = proxyFor(exchange.origin);
        const { response } = await (exchange.proxy === undefined
          ? super.handle(request, options)
          : handlerFor(exchange.proxy).handle(request, options));
        exchange.hasBegun = true;
        // Here, where what breaks or is too large is known to be the answer's: the SDK reads to any end.
        response.body = await wholeBody(response.body, exchange.origin);
        exchange.status = response.statusCode;
        date = Date.parse(response.headers.date ?? '') + DATE_STEP_MS;
        // The SDK signs its next try by this clock: a proxy's may be hours off.
        if (!isOfAws(response.headers)) delete response.headers.date;
        return { response };
      } catch (error) {
        exchange.error = error;
        throw error;
      }
    }
  }
  return {
    requestHandler: new RecordingHandler(direct),
    lastExchange: () => last,
    answeredAt: () => (Number.isNaN(date) ? Date.now() : date),
    openEarly(origin) {
      if (proxyFor(origin) === undefined) direct.httpsAgent.openEarly(origin);
    },
  };
}

/** PEM; Node's own where undefined. */
let trusted: readonly string[] | undefined;

/** To parse them takes ten milliseconds: a spare minter has done it, for the caller before. */
function trust(authorities: readonly string[] | undefined): void {
  if (isDeepStrictEqual(authorities, trusted)) return;
  setDefaultCACertificates(authorities ?? getCACertificates('bundled'));
  trusted = authorities;
}

/** AWS gives each answer an id, errors included; proxies and portals do not. */
function isOfAws(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => /^x-amzn?-request-?id$/i.test(name));
}

function handlerOptions(proxy?: string) {
  const agentOptions = { keepAlive: true, ...throughProxy(proxy) };
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new EarlyAgent(agentOptions),
  };
}
