// The proxy before the fake AWS: requests of the real SDK to AWS's real hostnames arrive there.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { twoAccountWorld } from '../../fake-aws/two-account-world.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';

const FIPS_HOST = 'api.ecr-fips.us-east-1.amazonaws.com';

test('A FIPS client reaches the fake AWS under the FIPS hostname, through CONNECT and TLS.', async () => {
  const authority = await createCertificateAuthority();
  await using aws = await startFakeAws({ tls: await authority.issue([FIPS_HOST]) });
  await using proxy = await startConnectProxy(aws);
  const proxyEnv = { HTTPS_PROXY: proxy.url };
  const client = new ECRClient({
    region: 'us-east-1',
    useFipsEndpoint: true,
    credentials: twoAccountWorld(aws.world).dev,
    requestHandler: new NodeHttpHandler({ httpsAgent: new https.Agent({ ca: authority.cert, proxyEnv }) }),
    maxAttempts: 1,
  });
  await client.send(new GetAuthorizationTokenCommand());
  assert.deepEqual(proxy.hosts, [`${FIPS_HOST}:443`]);
  assert.equal(aws.calls[0]?.host, FIPS_HOST);

  proxy.refuse = true;
  client.destroy();
  await assert.rejects(client.send(new GetAuthorizationTokenCommand()));
  assert.equal(proxy.hosts.length, 2);
  assert.equal(aws.count(), 1);
});

test('A plain HTTP client reaches the fake AWS through an absolute URL.', async () => {
  await using aws = await startFakeAws();
  await using proxy = await startConnectProxy(aws);
  const host = 'sts.eu-west-1.amazonaws.com';
  const client = new STSClient({
    region: 'eu-west-1',
    endpoint: `http://${host}`,
    credentials: twoAccountWorld(aws.world).dev,
    requestHandler: new NodeHttpHandler({
      httpAgent: new http.Agent({ proxyEnv: { HTTP_PROXY: proxy.url } }),
    }),
    maxAttempts: 1,
  });
  await client.send(new GetCallerIdentityCommand());
  assert.deepEqual(proxy.hosts, [host]);
  assert.equal(aws.calls[0]?.host, host);

  proxy.refuse = true;
  await assert.rejects(client.send(new GetCallerIdentityCommand()));
  assert.equal(aws.count(), 1);
});
