// ECR's registry endpoint: a proxy in front of a real docker-registry that checks tokens and policies as ECR does.
import http from 'node:http';
import https from 'node:https';
import { listen } from '../fake-aws/listen.ts';
import type { FakeAws } from '../fake-aws/start-fake-aws.ts';
import type { Refusal, RegistryCall } from './check-request.ts';
import { checkRequest } from './check-request.ts';
import { startDockerRegistry } from './docker-registry.ts';
import type { LayerOrigin } from './layer-origin.ts';
import { startLayerOrigin } from './layer-origin.ts';
import type { PushedImage } from './push-image.ts';
import { pushImage } from './push-image.ts';
import type { RegistryName } from './registry-operation.ts';
import { registryOfHost } from './registry-operation.ts';
import { forward, storePath, storePrefix } from './store.ts';

export interface Listener {
  host: string;
  /** 0 for any free port. */
  port: number;
  tls?: { key: string; cert: string };
}

export interface FakeRegistryOptions {
  aws: FakeAws;
  /** Default: plain HTTP on any free port of 127.0.0.1. */
  listeners?: readonly Listener[];
  /** A user's own hostname for an ECR registry → ECR's hostname. */
  aliases?: Readonly<Record<string, string>>;
  /**
   * Whether layers come from another origin, as in ECR, and the address on which it listens. `true`: plain HTTP on any
   * free port of 127.0.0.1. Default: the registry serves layers itself.
   */
  redirectBlobs?: boolean | Listener;
}

/** The image's repository, which must also exist in the world: otherwise ECR does not know it. */
export interface ImageLocation extends RegistryName {
  repository: string;
  /** Default `latest`. */
  tag?: string;
}

export interface FakeRegistry extends AsyncDisposable {
  /** In the order of the options. */
  readonly ports: readonly number[];
  readonly calls: RegistryCall[];
  /** The layers' origin, with `redirectBlobs`. */
  readonly layers: LayerOrigin | undefined;
  /** Puts a small image into the store, without any check. Its only file is `/hello`, with this content. */
  pushImage(location: ImageLocation, content?: string): Promise<PushedImage>;
}

interface Endpoint {
  aws: FakeAws;
  aliases: Readonly<Record<string, string>>;
  calls: RegistryCall[];
  layers: LayerOrigin | undefined;
  /** The docker-registry's port. */
  storePort: number;
}

/** Starts the endpoint and its docker-registry. Each listener serves all accounts and regions, by the Host header. */
export async function startFakeRegistry(options: FakeRegistryOptions): Promise<FakeRegistry> {
  await using resources = new AsyncDisposableStack();
  const { port: storePort } = resources.use(await startDockerRegistry());
  const { aws, aliases = {}, redirectBlobs = false } = options;
  const loopback: Listener = { host: '127.0.0.1', port: 0 };
  const layers =
    redirectBlobs === false
      ? undefined
      : resources.use(
          await startLayerOrigin(redirectBlobs === true ? loopback : redirectBlobs, storePort, aws.world.now),
        );
  const endpoint: Endpoint = { aws, aliases, calls: [], layers, storePort };
  const ports: number[] = [];
  for (const listener of options.listeners ?? [loopback]) {
    const { port, close } = await listen(createServer(endpoint, listener.tls), listener.host, listener.port);
    resources.defer(close);
    ports.push(port);
  }
  const owned = resources.move();
  return {
    ports,
    calls: endpoint.calls,
    layers,
    pushImage: async (
      { repository, tag = 'latest', ...registry },
      content = 'hello from the fake registry\n',
    ) => {
      const url = `http://127.0.0.1:${storePort}/v2/${storePrefix(registry)}${repository}`;
      const pushed = await pushImage(url, tag, { name: 'hello', content });
      repositoryOf(aws, registry, repository)?.push(pushed.digest, tag);
      return pushed;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function createServer(endpoint: Endpoint, tls: Listener['tls']): http.Server {
  const scheme = tls ? 'https' : 'http';
  const listener: http.RequestListener = (request, response) => serve(endpoint, scheme, request, response);
  return tls ? https.createServer(tls, listener) : http.createServer(listener);
}

function serve(
  endpoint: Endpoint,
  scheme: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const { method = '', url = '', headers } = request;
  const host = headers.host ?? '';
  const { pathname } = new URL(url, 'http://fake.invalid');
  const call: RegistryCall = { host, method, path: pathname, outcome: 'ok' };
  endpoint.calls.push(call);
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  const registry = registryOfHost(endpoint.aliases[host.replace(/:\d+$/, '')] ?? host);
  const refusal =
    registry === undefined
      ? { status: 404, code: 'NOT_FOUND', message: `no registry is called ${host}` }
      : checkRequest(endpoint.aws, registry, call, headers.authorization);
  if (refusal !== undefined) {
    call.outcome = refusal.code;
    refuse(response, host, refusal);
  } else if (registry === undefined || pathname === '/v2/') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  } else if (endpoint.layers !== undefined && method === 'GET' && pathname.includes('/blobs/sha256:')) {
    const location = endpoint.layers.presign(storePath(registry, pathname));
    response.writeHead(307, { location, 'content-length': 0 }).end();
  } else {
    if (method === 'PUT') notePush(endpoint, registry, pathname, response);
    forward({ registry, origin: `${scheme}://${host}`, storePort: endpoint.storePort }, request, response);
  }
}

/** Adds the image to the answers of DescribeImages. */
function notePush(
  { aws }: Endpoint,
  registry: RegistryName,
  pathname: string,
  response: http.ServerResponse,
): void {
  const [, repository = '', reference = ''] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(pathname) ?? [];
  response.once('finish', () => {
    const digest = response.getHeader('docker-content-digest');
    if (response.statusCode !== 201 || typeof digest !== 'string') return;
    const tag = reference.includes(':') ? undefined : reference;
    repositoryOf(aws, registry, repository)?.push(digest, tag);
  });
}

function repositoryOf({ world }: FakeAws, { account, region }: RegistryName, repository: string) {
  return world.anyAccount(account).registry(region).repositories.get(repository);
}

function refuse(response: http.ServerResponse, host: string, { status, code, message }: Refusal): void {
  if (status === 401) {
    response.setHeader('www-authenticate', `Basic realm="https://${host}/",service="ecr.amazonaws.com"`);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
    return;
  }
  const body = JSON.stringify({ errors: [{ code, message }] });
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}
