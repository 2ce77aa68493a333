// An agent that opens a connection before the request exists, because the handshakes take two round trips.
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';

export class EarlyAgent extends Agent {
  readonly #early = new Map<string, Duplex>();

  /**
   * `origin` as in `https://api.ecr.us-east-1.amazonaws.com`. The next request to it uses this connection, even
   * if it is not open yet. A failed one is dropped silently: the request then opens its own and reports the error.
   */
  openEarly(origin: string): void {
    const { hostname: host, port } = new URL(origin);
    const options = { ...this.options, host, port: Number(port) || 443, servername: host };
    const connection = super.createConnection(options);
    connection?.once('error', () => {});
    if (connection) this.#early.set(`${options.host}:${options.port}`, connection);
  }

  override createConnection(...[options, done]: Parameters<Agent['createConnection']>) {
    const address = `${options.host}:${options.port}`;
    const early = this.#early.get(address);
    this.#early.delete(address);
    return early !== undefined && !early.destroyed ? early : super.createConnection(options, done);
  }
}
