// Downloads as Bazel does: the helper gives the headers for each URL, also after a redirect.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { PRIMARY_ACCOUNT, REGION } from '../fake-aws/two-account-world.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry/start-fake-registry.ts';
import { skipWithout } from '../support/peers.ts';
import { HOST, type ProductStage, roleFiles, startProductStage } from '../support/product/stage.ts';

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

type Headers = Readonly<Record<string, string[]>>;

/** As Bazel's CredentialHelper, which ignores unknown members of the answer. */
async function headersFor({ product }: ProductStage, uri: string): Promise<Headers> {
  const { status, stdout, stderr } = await product.get(JSON.stringify({ uri }));
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).headers;
}

/** The registry's address on this machine. A layer's address is in its URL. */
function addressOf({ host, hostname, port }: URL, registry: FakeRegistry) {
  return host === HOST
    ? { host: '127.0.0.1', port: registry.ports[0] }
    : { host: hostname, port: Number(port) };
}

/** As Bazel's HttpConnector. */
async function download(stage: ProductStage, registry: FakeRegistry, uri: string): Promise<Buffer> {
  const url = new URL(uri);
  const headers = { ...(await headersFor(stage, uri)), host: url.host, accept: MANIFEST_TYPE };
  const path = url.pathname + url.search;
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http.get({ ...addressOf(url, registry), path, headers, agent: false }, resolve).once('error', reject);
  const response = await promise;
  const body = await buffer(response);
  const { location } = response.headers;
  if (location !== undefined) return download(stage, registry, location);
  assert.equal(response.statusCode, 200, body.toString());
  return body;
}

suite('A download by its URL', { skip: skipWithout('docker-registry') }, () => {
  test('from the registry of another account has each header that it needs, and one token for all.', async () => {
    await using stage = await startProductStage({ files: roleFiles });
    await using registry = await startFakeRegistry({ aws: stage.aws, redirectBlobs: true });
    await registry.pushImage({ account: PRIMARY_ACCOUNT, region: REGION, repository: 'team/app' });
    const manifest = await download(stage, registry, `https://${HOST}/v2/team/app/manifests/latest`);
    const { layers } = JSON.parse(manifest.toString());
    assert.ok(layers.length > 0);
    for (const { digest } of layers) {
      const layer = await download(stage, registry, `https://${HOST}/v2/team/app/blobs/${digest}`);
      assert.equal(`sha256:${createHash('sha256').update(layer).digest('hex')}`, digest);
    }
    assert.deepEqual(
      registry.layers?.calls.map(({ authorization, outcome }) => ({ authorization, outcome })),
      layers.map(() => ({ authorization: false, outcome: 'ok' })),
    );
    const principals = new Set(registry.calls.map(({ principal }) => principal));
    assert.match([...principals].join(), /^arn:aws:sts::111122223333:assumed-role\/EcrPull\/[^,]+$/);
    assert.deepEqual(
      stage.aws.calls.map(({ action }) => action),
      ['AssumeRole', 'GetAuthorizationToken'],
    );
  });
});
