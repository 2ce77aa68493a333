// Connects to the docker-registry, in which every ECR registry has its own prefix. Clients never see the prefix.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { RegistryName } from './registry-operation.ts';

/** The prefix of a repository's name in the store. */
export function storePrefix({ account, region }: RegistryName): string {
  return `${account}/${region}/`;
}

/** The store's path for a path of a registry. */
export function storePath(registry: RegistryName, pathname: string): string {
  return pathname.replace('/v2/', `/v2/${storePrefix(registry)}`);
}

/** The target of a request, and the origin that its client knows. */
export interface Route {
  registry: RegistryName;
  origin: string;
  storePort: number;
}

/** Passes a request to the store and returns the answer, with names as the client knows them. */
export function forward(route: Route, request: http.IncomingMessage, response: http.ServerResponse): void {
  const prefix = storePrefix(route.registry);
  const url = new URL(request.url ?? '', route.origin);
  // A mount could read any other part of the store, past the policies. Without the parameter, it is an ordinary upload.
  url.searchParams.delete('mount');
  const { authorization: _, host: __, ...headers } = request.headers;
  const path = storePath(route.registry, url.pathname) + url.search;
  const target = { host: '127.0.0.1', port: route.storePort, method: request.method, path, headers };
  const stored = http.request(target, (answer) => {
    sendBack(answer, response, prefix, route.origin).catch((error: Error) => response.destroy(error));
  });
  pipeline(request, stored).catch((error: Error) => response.destroy(error));
}

async function sendBack(
  answer: http.IncomingMessage,
  response: http.ServerResponse,
  prefix: string,
  origin: string,
): Promise<void> {
  const { location, ...headers } = answer.headers;
  const status = answer.statusCode ?? 502;
  if (location !== undefined)
    response.setHeader('location', new URL(location.replace(prefix, ''), origin).href);
  // Plain JSON is a list of tags or an error, which may name the repository. Images have other media types.
  if (headers['content-type']?.startsWith('application/json')) {
    const body = inWordsOfEcr((await text(answer)).replaceAll(prefix, ''));
    const length = headers['content-length'];
    const adjusted = body === '' ? length : String(Buffer.byteLength(body));
    response.writeHead(status, { ...headers, 'content-length': adjusted }).end(body);
    return;
  }
  response.writeHead(status, headers);
  await pipeline(answer, response);
}

/** ECR has its own message for a missing image. Other errors are the registry protocol's. */
function inWordsOfEcr(body: string): string {
  if (!body.includes('"code":"MANIFEST_UNKNOWN"')) return body;
  return JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'Requested image not found' }] });
}
