// A small HTTPS server for the time of a test, at the port that clients expect.
import type { RequestListener } from 'node:http';
import https from 'node:https';
import type { TestContext } from 'node:test';
import { listen } from '../fake-aws/listen.ts';
import type { Certificate } from './certificates.ts';

/** Serves at port 443 of a loopback address; call it after `enterPrivateHosts`. */
export async function serveHttps(
  t: TestContext,
  address: string,
  { cert, key }: Certificate,
  listener: RequestListener,
): Promise<void> {
  const { close } = await listen(https.createServer({ cert, key }, listener), address, 443);
  t.after(close);
}
