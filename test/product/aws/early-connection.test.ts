// The connection to ECR that is opened before STS has answered, under AWS's own names, in a private network.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { listen } from '../../fake-aws/listen.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { skipWithout } from '../../support/peers.ts';
import { enterPrivateHosts } from '../../support/private-hosts.ts';
import { passwordOf, type Ran } from '../../support/product/product.ts';
import { HOST, roleFiles, startProductStage } from '../../support/product/stage.ts';

const ECR = { name: 'api.ecr.us-east-1.amazonaws.com', address: '127.0.0.2' };
const STS = { name: 'sts.us-east-1.amazonaws.com', address: '127.0.0.3' };

const skip = skipWithout('namespaces');
if (!skip) enterPrivateHosts({ [ECR.name]: ECR.address, [STS.name]: STS.address });

type Connected = (client: Socket, forward: () => void) => void;

/** Connections to port 443 go to the fake AWS when `connected` says so. */
async function leadTo(port: number, address: string, connected: Connected): Promise<AsyncDisposable> {
  const server = createServer((client) => {
    client.on('error', () => {});
    connected(client, () => {
      const aws = connect(port, '127.0.0.1');
      pipeline(client, aws, client).catch(() => {});
    });
  });
  const { close } = await listen(server, address, 443);
  return { [Symbol.asyncDispose]: close };
}

/** A `get` with a role. ECR is reached through `ecr`, and STS through `sts`. */
async function getWithRole(ecr: Connected, sts: Connected): Promise<Ran> {
  const authority = await createCertificateAuthority();
  const tls = await authority.issue([ECR.name, STS.name]);
  await using stage = await startProductStage({ files: roleFiles, aws: { tls } });
  const caFile = join(stage.product.folder, 'ca.pem');
  await writeFile(caFile, authority.cert);
  await using _ecr = await leadTo(stage.aws.port, ECR.address, ecr);
  await using _sts = await leadTo(stage.aws.port, STS.address, sts);
  const env = { AWS_ENDPOINT_URL: undefined, AWS_CA_BUNDLE: caFile, ECR_XACCT_TIMEOUT: '15' };
  return await stage.product.get(HOST, { env });
}

test('ECR is connected to before STS has answered, once, and asked on that connection.', {
  skip,
}, async () => {
  const opened = Promise.withResolvers<void>();
  let connections = 0;
  const ran = await getWithRole(
    (_client, forward) => {
      connections += 1;
      opened.resolve();
      forward();
    },
    (_client, forward) => void opened.promise.then(forward),
  );
  passwordOf(ran, HOST);
  assert.equal(connections, 1);
});

test('Where that connection breaks before it is used, ECR is asked on another.', { skip }, async () => {
  const broken = Promise.withResolvers<void>();
  let connections = 0;
  const ran = await getWithRole(
    (client, forward) => {
      connections += 1;
      if (connections > 1) return forward();
      client.resetAndDestroy();
      client.once('close', () => broken.resolve());
    },
    (_client, forward) => void broken.promise.then(forward),
  );
  passwordOf(ran, HOST);
  assert.equal(connections, 2);
});
