// TLS in private namespaces: servers on the port that clients expect, and the certificate authorities that engines
// trust.
import { mkdir, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { listen } from '../../fake-aws/listen.ts';
import type { Certificate } from '../certificates.ts';

/** The engine, podman, skopeo and buildah look for a registry's certificate authority here. */
export async function trust({ cert }: Certificate, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const folder = join('/etc/docker/certs.d', host);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'ca.crt'), cert);
  }
}

/** Serves on port 443 of a loopback address during a test. Call it after `enterPrivateHosts`. */
export async function serveHttps(
  t: TestContext,
  address: string,
  { cert, key }: Certificate,
  listener: RequestListener,
): Promise<void> {
  const { close } = await listen(https.createServer({ cert, key }, listener), address, 443);
  t.after(close);
}
