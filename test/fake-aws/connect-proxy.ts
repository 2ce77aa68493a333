// An HTTP proxy that connects every host to the fake AWS, so that clients can use AWS's real hostnames.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { listen } from './listen.ts';

export interface ConnectProxy extends AsyncDisposable {
  /** The value for HTTP_PROXY and HTTPS_PROXY. */
  readonly url: string;
  /** `host:port` (CONNECT) or the Host of an absolute URL, in order of arrival, refused ones included. */
  readonly hosts: string[];
  /** While true, the proxy answers everything with 407. */
  refuse: boolean;
  close(): Promise<void>;
}

interface Target {
  host: string;
  port: number;
}

const CHALLENGE = 'Basic realm="proxy"';

/**
 * Starts a proxy on loopback, for CONNECT and for absolute-form requests. It connects to `target`, by default on
 * 127.0.0.1. For a client that speaks TLS through CONNECT, the target must do so, too. `tls`: the proxy itself uses
 * TLS.
 */
export async function startConnectProxy(
  target: { host?: string; port: number },
  tls?: { cert: string; key: string },
): Promise<ConnectProxy> {
  const upstream: Target = { host: '127.0.0.1', ...target };
  const listener: http.RequestListener = (request, response) => {
    proxy.hosts.push(request.headers.host ?? '');
    if (proxy.refuse) response.writeHead(407, { 'proxy-authenticate': CHALLENGE }).end();
    else forward(upstream, request, response);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on('connect', (request, client, head) => {
    proxy.hosts.push(request.url ?? '');
    if (proxy.refuse) client.end(`HTTP/1.1 407 Refused\r\nproxy-authenticate: ${CHALLENGE}\r\n\r\n`);
    else tunnel(upstream, client, head);
  });
  const { port, close } = await listen(server, '127.0.0.1', 0);
  const proxy: ConnectProxy = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    hosts: [],
    refuse: false,
    close,
    [Symbol.asyncDispose]: close,
  };
  return proxy;
}

function forward(target: Target, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method, headers, url = '' } = request;
  const { pathname, search } = new URL(url, `http://${headers.host}`);
  const forwarded = http.request({ ...target, method, headers, path: pathname + search }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response).catch((error: Error) => response.destroy(error));
  });
  pipeline(request, forwarded).catch((error: Error) => response.destroy(error));
}

function tunnel(target: Target, client: Duplex, head: Buffer): void {
  const upstream = net.connect(target);
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  upstream.write(head);
  // If one side closes its connection, `pipeline` closes the other.
  pipeline(client, upstream, client).catch(() => undefined);
}
