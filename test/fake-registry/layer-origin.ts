// The S3 origin of ECR's layers: a pull is redirected to it, and its URL is the only credential.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { listen } from '../fake-aws/listen.ts';
import type { Listener } from './start-fake-registry.ts';

const LIFETIME_MS = 3_600_000;

/** One request for a layer. `ok`, or S3's error code. */
export interface LayerCall {
  path: string;
  /** Whether the request had credentials, which this server must not get. */
  authorization: boolean;
  outcome: string;
}

export interface LayerOrigin extends AsyncDisposable {
  /** What a redirected pull gets. `unreachable`: its URL has a port on which nothing listens. */
  state: 'ok' | 'forbidden' | 'unreachable';
  readonly calls: LayerCall[];
  /** A URL for a path of the store (with a slash at the beginning), valid for an hour. */
  presign(storePath: string): string;
}

/** Starts the origin, which reads from a store. `now` in epoch milliseconds. */
export async function startLayerOrigin(
  listener: Listener,
  storePort: number,
  now: () => number,
): Promise<LayerOrigin> {
  const signed = new Map<string, { storePath: string; expiresAt: number }>();
  const onRequest: http.RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake.invalid');
    const call = {
      path: pathname,
      authorization: request.headers.authorization !== undefined,
      outcome: 'ok',
    };
    origin.calls.push(call);
    const known = signed.get(searchParams.get('X-Amz-Signature') ?? '');
    const isGood = origin.state === 'ok' && known !== undefined && known.expiresAt > now();
    if (call.authorization || !isGood) {
      call.outcome = call.authorization ? 'InvalidArgument' : 'AccessDenied';
      const message = call.authorization ? 'Only one auth mechanism allowed' : 'Access Denied';
      response.writeHead(call.authorization ? 400 : 403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${call.outcome}</Code><Message>${message}</Message></Error>`);
      return;
    }
    serve(storePort, known.storePath, response);
  };
  const { host, port: wanted, tls } = listener;
  const server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest);
  const { port, close } = await listen(server, host, wanted);
  const closedPort = await portOfNobody(host);
  const origin: LayerOrigin = {
    state: 'ok',
    calls: [],
    presign(storePath) {
      const signature = randomBytes(32).toString('hex');
      signed.set(signature, { storePath, expiresAt: now() + LIFETIME_MS });
      const authority = `${host}:${origin.state === 'unreachable' ? closedPort : port}`;
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=${signature}`;
      return `${tls ? 'https' : 'http'}://${authority}/layer-bucket/${randomBytes(8).toString('hex')}?${query}`;
    },
    [Symbol.asyncDispose]: close,
  };
  return origin;
}

function serve(storePort: number, path: string, response: http.ServerResponse): void {
  http
    .get({ host: '127.0.0.1', port: storePort, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response).catch((error: Error) => response.destroy(error));
    })
    .on('error', (error) => response.destroy(error));
}

async function portOfNobody(host: string): Promise<number> {
  const { port, close } = await listen(http.createServer(), host, 0);
  await close();
  return port;
}
