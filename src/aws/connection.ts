// How AWS is reached: proxy, CA bundle, timeouts, and a record of what happened on the way, for failures to be named after.
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { shellWord, XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Settings } from '../profiles/credential-kind.ts';

/** The last exchange with AWS: which endpoint, and what came of it. */
export interface Exchange {
  /** As in `https://api.ecr.us-east-1.amazonaws.com`, with the port where it is not the scheme's own. */
  origin: string;
  /** URLs of the proxies that the environment names, whether this exchange went through one or not. */
  proxies: readonly string[];
  /** HTTP status; undefined while waiting and after a transport error. */
  status?: number;
  /** DNS, TCP, TLS or proxy error. */
  error?: unknown;
}

export interface Connection {
  requestHandler: NodeHttpHandler;
  /** Undefined before the first request. */
  lastExchange(): Exchange | undefined;
}

type HandleArguments = Parameters<NodeHttpHandler['handle']>;

/** A TCP and TLS handshake that takes longer is a lost packet or a wrong address: better tried again than waited for. */
const CONNECTION_TIMEOUT_MS = 5_000;

/** Proxies as curl and the AWS CLI have them: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in both cases. */
export function createConnection(env: Environment, profile: Settings | undefined): Connection {
  const ca = caBundle(env, profile);
  const proxyEnv = proxies(env);
  const agentOptions = { keepAlive: true, proxyEnv };
  let last: Exchange | undefined;
  class RecordingHandler extends NodeHttpHandler {
    override async handle(...[request, options]: HandleArguments): ReturnType<NodeHttpHandler['handle']> {
      const port = request.port === undefined ? '' : `:${request.port}`;
      const exchange: Exchange = {
        proxies: PROXY_VARIABLES.flatMap((name) => proxyEnv[name] ?? []),
        origin: `${request.protocol}//${request.hostname}${port}`,
      };
      last = exchange;
      try {
        const result = await super.handle(request, options);
        exchange.status = result.response.statusCode;
        return result;
      } catch (error) {
        exchange.error = error;
        throw error;
      }
    }
  }
  return {
    requestHandler: new RecordingHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent({ ...agentOptions, ...(ca === undefined ? {} : { ca }) }),
    }),
    lastExchange: () => last,
  };
}

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

/** @throws XacctError `proxy` for a proxy that Node would pass over in silence. Never names its value: it may hold a password. */
function proxies(env: Environment): Record<string, string> {
  const set: Record<string, string> = {};
  for (const name of PROXY_VARIABLES) {
    const value = env[name];
    if (!value) continue;
    // curl and the AWS CLI take `host:port` for `http://host:port`.
    const url = value.includes('://') ? value : `http://${value}`;
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new XacctError(
        'proxy',
        `${name} is not the URL of an HTTP proxy, such as http://proxy.example:3128`,
        {
          hint: `run: unset ${name}`,
        },
      );
    }
    set[name] = url;
  }
  for (const name of ['NO_PROXY', 'no_proxy']) {
    if (env[name]) set[name] = env[name];
  }
  return set;
}

/** The AWS CLI's order: `AWS_CA_BUNDLE`, then the profile's `ca_bundle`; then what OpenSSL's programs go by. */
function caBundle(env: Environment, profile: Settings | undefined): string | undefined {
  const path = env.AWS_CA_BUNDLE || profile?.ca_bundle || env.SSL_CERT_FILE;
  if (!path) return undefined;
  const name = env.AWS_CA_BUNDLE ? 'AWS_CA_BUNDLE' : profile?.ca_bundle ? 'ca_bundle' : 'SSL_CERT_FILE';
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new XacctError('tls', `cannot read the CA bundle ${path} (${name})`, {
      hint: `run: ls -l ${shellWord(path)}`,
      cause,
    });
  }
}
