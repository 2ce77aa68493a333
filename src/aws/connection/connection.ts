// The connection to AWS: proxy, CA bundle and timeouts. It records each exchange, so that a failure can name it.
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
  /** The last exchange with AWS; undefined before the first request. */
  lastExchange(): Exchange | undefined;
  /** Epoch ms by the clock of the last answer; by this machine's clock if the answer has no date. */
  answeredAt(): number;
  /** Opens a connection for the next request to this origin. Does nothing if a proxy is used. */
  openEarly(origin: string): void;
}

/** The settings that all clients of one job share. */
export type ClientConfig = EndpointVariant & Pick<Connection, 'requestHandler'>;

type HandleArguments = Parameters<NodeHttpHandler['handle']>;

/**
 * A `Date` header is cut to whole seconds, so AWS's clock may be up to this much later. Added, so that no credential is
 * used after its expiry.
 */
const DATE_STEP_MS = 1_000;

/**
 * A TCP and TLS handshake that takes longer has lost a packet or has a wrong address: a new try is faster than waiting.
 */
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * For a process that serves one caller: the authorities that it trusts apply to all its connections, also to an HTTPS
 * proxy. Adds the secrets that it sends to `secrets`, because an answer may repeat them.
 * @throws XacctError `tls` if the settings for TLS cannot be used.
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
        // Read here, because a failure here is the answer's. The SDK reads a body of any size.
        response.body = await wholeBody(response.body, exchange.origin);
        exchange.status = response.statusCode;
        date = Date.parse(response.headers.date ?? '') + DATE_STEP_MS;
        // The SDK signs its next try by this clock, and the clock of a proxy may be hours off.
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

/** PEM; undefined for Node's own authorities. */
let trusted: readonly string[] | undefined;

/** Parsing the authorities takes ten milliseconds. A spare minter has already parsed those of the previous caller. */
function trust(authorities: readonly string[] | undefined): void {
  if (isDeepStrictEqual(authorities, trusted)) return;
  setDefaultCACertificates(authorities ?? getCACertificates('bundled'));
  trusted = authorities;
}

/** AWS gives each answer an id, also an error. Proxies and portals do not. */
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
