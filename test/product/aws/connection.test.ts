// How AWS is reached: proxies, CA bundles and endpoints of the caller's environment and of profiles.
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { sessionOfDev, startCredentialEndpoint } from '../../support/product/credential-endpoint.ts';
import { HOUR } from '../../support/product/identities.ts';
import {
  failureOf,
  type ProductEnvironment,
  passwordOf,
  type Sections,
} from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  type ProductStage,
  roleArn,
  startProductStage,
} from '../../support/product/stage.ts';

const API = 'api.ecr.us-east-1.amazonaws.com';
const direct = { ECR_XACCT_DAEMON: 'off', AWS_MAX_ATTEMPTS: '1' };

/** A stage whose AWS speaks TLS for its own hostname and for loopback, behind a proxy, with a file of its CA. */
async function startTlsStage() {
  await using resources = new AsyncDisposableStack();
  const authority = await createCertificateAuthority();
  const tls = await authority.issue([API, '127.0.0.1']);
  const stage = resources.use(await startProductStage({ aws: { tls }, env: direct }));
  const proxy = resources.use(await startConnectProxy(stage.aws));
  const caFile = join(stage.product.folder, 'ca.pem');
  await writeFile(caFile, authority.cert);
  const started = resources.move();
  return { ...stage, proxy, caFile, tls, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Settings of the profile `dev` in ~/.aws/config, and the rest of that file. */
function configure(
  { product, cast }: Pick<ProductStage, 'product' | 'cast'>,
  dev: Sections[string],
  more: Sections = {},
) {
  return product.configure({ ...devFiles(cast), config: { 'profile dev': dev, ...more } });
}

test('A proxy is used for AWS, in either case of its variable, and not where NO_PROXY names the host.', async () => {
  await using stage = await startTlsStage();
  const { product, proxy, caFile } = stage;
  const get = (env: ProductEnvironment) => product.get(HOST, { env: { AWS_CA_BUNDLE: caFile, ...env } });
  passwordOf(await get({ HTTPS_PROXY: proxy.url }), HOST);
  passwordOf(await get({ https_proxy: proxy.url }), HOST);
  assert.equal(proxy.hosts.length, 2);
  passwordOf(await get({ HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' }), HOST);
  passwordOf(await get({ HTTPS_PROXY: proxy.url, no_proxy: '*' }), HOST);
  // The AWS CLI's rules, not Node's: any name with this end, and an empty variable in lower case.
  passwordOf(await get({ HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com , 0.0.1' }), HOST);
  passwordOf(await get({ HTTPS_PROXY: proxy.url, https_proxy: '' }), HOST);
  assert.equal(proxy.hosts.length, 2);
  assert.equal(stage.aws.count(), 6);
});

test('A proxy that refuses, and one that is not there, are named, and their password is not.', async () => {
  await using stage = await startTlsStage();
  const { product, proxy, caFile } = stage;
  const HTTPS_PROXY = proxy.url.replace('//', '//corp:proxy-password@');
  const env = { AWS_ENDPOINT_URL: undefined, AWS_CA_BUNDLE: caFile, HTTPS_PROXY };
  const line = async () => {
    const text = failureOf(await product.get(HOST, { env }));
    assert.doesNotMatch(text, /proxy-password/);
    return text;
  };
  proxy.refuse = true;
  assert.match(
    await line(),
    /: profile dev: cannot reach api\.ecr\.us-east-1\.amazonaws\.com through the proxy 127\.0\.0\.1:\d+ \(ERR_PROXY_TUNNEL\); check: env \| grep -i _proxy$/,
  );
  await proxy.close();
  assert.match(await line(), /: profile dev: .*the proxy 127\.0\.0\.1:\d+ \(ECONNREFUSED\); /);
});

test('A proxy may speak TLS itself, and is trusted as AWS is.', async () => {
  await using stage = await startTlsStage();
  const { product, caFile, tls } = stage;
  await using proxy = await startConnectProxy(stage.aws, tls);
  const get = (env: ProductEnvironment) => product.get(HOST, { env: { HTTPS_PROXY: proxy.url, ...env } });
  passwordOf(await get({ AWS_CA_BUNDLE: caFile }), HOST);
  passwordOf(await get({ NODE_EXTRA_CA_CERTS: caFile }), HOST);
  assert.equal(proxy.hosts.length, 2);
  assert.match(failureOf(await get({})), /is signed by an unknown authority/);
});

test("Neither a container's endpoint nor the EC2 instance's metadata service is asked through a proxy.", async () => {
  await using stage = await startProductStage({ files: () => ({}), env: direct });
  const { product, aws } = stage;
  await using proxy = await startConnectProxy(aws);
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  for (const env of [
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.authorization,
    },
    { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url },
  ]) {
    passwordOf(
      await product.get(HOST, { env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ...env } }),
      HOST,
    );
  }
  const { host } = new URL(aws.url);
  assert.deepEqual(proxy.hosts, [host, host]);
});

test("A container's endpoint is trusted by NODE_EXTRA_CA_CERTS, beside what Node trusts, and AWS by its bundle.", async () => {
  await using stage = await startTlsStage();
  const { product, caFile, cast } = stage;
  // Two authorities with the same name would be confused.
  const authority = await createCertificateAuthority('Fake container agent test root');
  const tls = await authority.issue(['127.0.0.1']);
  const ofEndpoint = join(product.folder, 'endpoint.pem');
  await writeFile(ofEndpoint, authority.cert);
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR), '127.0.0.1', 0, [], tls);
  await product.configure({ ...devFiles(cast), config: {}, credentials: {}, registries: {} });
  const get = (env: ProductEnvironment) =>
    product.get(HOST, {
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.authorization,
        ...env,
      },
    });
  passwordOf(await get({ AWS_CA_BUNDLE: caFile, NODE_EXTRA_CA_CERTS: ofEndpoint }), HOST);
  assert.match(
    failureOf(await get({ AWS_CA_BUNDLE: ofEndpoint })),
    /the container credential endpoint https:\S+: the certificate of \S+ is signed by an unknown authority/,
  );
});

test('The CA of AWS_CA_BUNDLE, ca_bundle or SSL_CERT_FILE is trusted; the first of them counts.', async () => {
  await using stage = await startTlsStage();
  const { product, caFile } = stage;
  const other = join(product.folder, 'other.pem');
  const { cert } = await (await createCertificateAuthority()).issue(['other.example']);
  await writeFile(other, cert);
  const get = (env: ProductEnvironment) => product.get(HOST, { env });

  assert.match(failureOf(await get({})), /is signed by an unknown authority/);
  passwordOf(await get({ AWS_CA_BUNDLE: caFile, SSL_CERT_FILE: other }), HOST);
  passwordOf(await get({ SSL_CERT_FILE: caFile }), HOST);
  passwordOf(await get({ NODE_EXTRA_CA_CERTS: caFile }), HOST);
  // It is added to another.
  passwordOf(await get({ NODE_EXTRA_CA_CERTS: caFile, AWS_CA_BUNDLE: other }), HOST);
  passwordOf(await get({ NODE_EXTRA_CA_CERTS: other, AWS_CA_BUNDLE: caFile }), HOST);
  await configure(stage, { ca_bundle: caFile });
  passwordOf(await get({ SSL_CERT_FILE: other }), HOST);
  assert.match(failureOf(await get({ AWS_CA_BUNDLE: other })), /is signed by an unknown authority/);
  await rename(caFile, join(product.home, 'ca.pem'));
  await configure(stage, { ca_bundle: '~/ca.pem' });
  passwordOf(await get({}), HOST);
  passwordOf(await get({ AWS_CA_BUNDLE: '~/ca.pem' }), HOST);
});

test('A CA that was renewed under its old name is a failure of TLS, and not of the network.', async () => {
  await using stage = await startTlsStage();
  const { product, caFile } = stage;
  await writeFile(caFile, (await createCertificateAuthority()).cert);
  const line = failureOf(await product.get(HOST, { env: { AWS_CA_BUNDLE: caFile } }));
  assert.match(line, /(?:the certificate of|TLS with) 127\.0\.0\.1:\d+ .*\(CERT_SIGNATURE_FAILURE\)/);
});

test("endpoint_url of the identity's profile is called, and not that of the caller's AWS_PROFILE.", async () => {
  await using stage = await startProductStage({ env: { ...direct, AWS_ENDPOINT_URL: undefined } });
  await using other = await startFakeAws();
  const { product, aws } = stage;
  await configure(stage, { endpoint_url: aws.url }, { 'profile other': { endpoint_url: other.url } });
  passwordOf(await product.get(HOST, { env: { AWS_PROFILE: 'other' } }), HOST);
  assert.deepEqual([aws.count(), other.count()], [1, 0]);
});

test('HTTP_PROXY is used for an endpoint without TLS.', async () => {
  await using stage = await startProductStage({ env: direct });
  await using proxy = await startConnectProxy(stage.aws);
  const env = { AWS_ENDPOINT_URL: 'http://api.ecr.fake.invalid', HTTP_PROXY: proxy.url };
  passwordOf(await stage.product.get(HOST, { env }), HOST);
  assert.equal(proxy.hosts.length, 1);
  assert.match(proxy.hosts[0] ?? '', /^api\.ecr\.fake\.invalid/);
});

test('Endpoints can be given for one service only, in a services section or in the environment.', async () => {
  await using stage = await startProductStage({ env: { ...direct, AWS_ENDPOINT_URL: undefined } });
  await using sts = await startFakeAws();
  const { product, aws, cast } = stage;
  const role = { role_arn: roleArn('EcrPull'), source_profile: 'dev' };
  const services = { ecr: `\n  endpoint_url = ${aws.url}`, sts: `\n  endpoint_url = ${aws.url}` };
  await product.configure({
    ...devFiles(cast),
    config: { 'profile dev': { services: 'fake' }, 'services fake': services },
    registries: { [HOST]: role },
  });
  passwordOf(await product.get(HOST), HOST);
  assert.deepEqual([aws.count('sts'), aws.count('ecr')], [1, 1]);

  const line = failureOf(await product.get(HOST, { env: { AWS_ENDPOINT_URL_STS: sts.url } }));
  assert.match(line, /: AssumeRole of the role: AWS does not know its access key/);
  assert.deepEqual([sts.count('sts'), aws.count('sts')], [1, 1]);
});

test('A custom endpoint is called as it is, for a FIPS or dual-stack registry too.', async () => {
  await using stage = await startProductStage({ env: direct });
  const { product, aws, cast } = stage;
  await product.configure({ ...devFiles(cast), registries: { '*.*.*.*': { profile: 'dev' } } });
  for (const host of [
    '111122223333.dkr.ecr-fips.us-east-1.amazonaws.com',
    '111122223333.dkr-ecr.us-east-1.on.aws',
  ]) {
    passwordOf(await product.get(host), host);
  }
  assert.equal(aws.count('ecr'), 2);
});
