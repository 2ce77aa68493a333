// Which endpoints are called: those from the environment or a profile, FIPS endpoints, and through which proxy.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { writeLoginCache, writeSsoCache } from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR } from '../../support/product/identities.ts';
import {
  failureOf,
  type ProductEnvironment,
  passwordOf,
  type Sections,
} from '../../support/product/product.ts';
import { devFiles, HOST, keyVariables, roleArn, startProductStage } from '../../support/product/stage.ts';

const ROLE = { role_arn: roleArn('EcrPull'), source_profile: 'dev' };
const SSO = { sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' };
const CORP = { sso_start_url: 'https://corp.example/start', sso_region: 'eu-west-1' };
const LOGIN = { login_session: DEV, region: 'eu-west-1' };

const STS = 'sts.us-east-1.amazonaws.com';
const FIPS_STS = 'sts-fips.us-east-1.amazonaws.com';
const API = 'api.ecr.us-east-1.amazonaws.com';
const FIPS_API = 'api.ecr-fips.us-east-1.amazonaws.com';
const PORTAL = ['oidc.eu-west-1.amazonaws.com', 'portal.sso.eu-west-1.amazonaws.com'];
const SIGN_IN = 'eu-west-1.signin.aws.amazon.com';
const HOSTS = [STS, FIPS_STS, API, FIPS_API, ...PORTAL, SIGN_IN];

/**
 * A stage whose AWS has its own hostnames behind a proxy. The rule names profile `mine`, with sessions that have to be
 * renewed.
 */
async function startStage(settings: Sections[string]) {
  await using resources = new AsyncDisposableStack();
  const authority = await createCertificateAuthority();
  const tls = await authority.issue([...HOSTS, '127.0.0.1']);
  const stage = resources.use(
    await startProductStage({
      aws: { tls },
      env: { ECR_XACCT_DAEMON: 'off', AWS_MAX_ATTEMPTS: '1', AWS_ENDPOINT_URL: undefined },
    }),
  );
  const proxy = resources.use(await startConnectProxy(stage.aws));
  const caFile = join(stage.product.folder, 'ca.pem');
  await writeFile(caFile, authority.cert);
  const { product, cast } = stage;
  const config = { 'profile mine': { ca_bundle: caFile, ...settings }, 'sso-session corp': CORP };
  await product.configure({ ...devFiles(cast), config, registries: { [HOST]: { profile: 'mine' } } });
  const { accessToken, refreshToken } = cast.sso;
  await writeSsoCache(product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() - HOUR });
  await writeLoginCache(stage, { session: DEV, lifetime: -HOUR });
  const started = resources.move();
  const called = async (env: ProductEnvironment) => {
    passwordOf(await product.get(HOST, { env: { HTTPS_PROXY: proxy.url, ...env } }), HOST);
    return proxy.hosts.splice(0).map((host) => host.replace(/:443$/, ''));
  };
  return { ...stage, proxy, called, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

const ROWS: readonly [what: string, settings: Sections[string], env: ProductEnvironment, hosts: string[]][] =
  [
    ['SSO and its token are asked for', SSO, {}, [...PORTAL, API]],
    ['A login session is renewed', LOGIN, {}, [SIGN_IN, API]],
    ['A role is assumed', ROLE, {}, [STS, API]],
    [
      'use_fips_endpoint of a profile counts',
      { ...ROLE, use_fips_endpoint: 'true' },
      {},
      [FIPS_STS, FIPS_API],
    ],
    [
      'ignore_configured_endpoint_urls of a profile counts',
      { ...ROLE, endpoint_url: 'http://127.0.0.1:1', ignore_configured_endpoint_urls: 'true' },
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      [FIPS_STS, FIPS_API],
    ],
    [
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS counts',
      { ...ROLE, endpoint_url: 'http://127.0.0.1:1' },
      {
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
        AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:1',
        AWS_USE_FIPS_ENDPOINT: 'true',
      },
      [FIPS_STS, FIPS_API],
    ],
  ];

for (const [what, settings, env, hosts] of ROWS) {
  test(`${what}, through the proxy and with the CA that the profile has: ${hosts.join(', then ')}.`, async () => {
    await using stage = await startStage(settings);
    assert.deepEqual(await stage.called(env), hosts);
  });
}

const VARIANTS = [{ AWS_USE_FIPS_ENDPOINT: 'true' }, { AWS_USE_DUALSTACK_ENDPOINT: 'true' }];
for (const [kind, settings] of Object.entries({ 'a role': ROLE, SSO, 'a login session': LOGIN })) {
  test(`A custom endpoint is called as it is for ${kind} too, whatever is said of FIPS and dual-stack.`, async () => {
    for (const variant of VARIANTS) {
      await using stage = await startStage(settings);
      const env = { AWS_ENDPOINT_URL: stage.aws.url, NO_PROXY: '127.0.0.1', ...variant };
      assert.deepEqual(await stage.called(env), []);
    }
  });
}

test('use_fips_endpoint beside the endpoint_url of one service counts for the others.', async () => {
  await using stage = await startStage(ROLE);
  const env = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL_STS: stage.aws.url, NO_PROXY: '127.0.0.1' };
  assert.deepEqual(await stage.called(env), [FIPS_API]);
});

/** For each: the called hosts, in order; the last is the registry's. */
const SERVICES: Readonly<Record<string, { settings: Sections[string]; services: string[]; host?: string }>> =
  {
    'an SSO session': { settings: SSO, services: ['sso_oidc', 'sso', 'ecr'] },
    'a login session': { settings: LOGIN, services: ['signin', 'ecr'] },
    'a role': { settings: ROLE, services: ['sts', 'ecr'] },
    'ECR Public': { settings: SSO, services: ['sso_oidc', 'sso', 'ecr_public'], host: 'public.ecr.aws' },
  };
for (const [kind, { settings, services, host = HOST }] of Object.entries(SERVICES)) {
  test(`The endpoints for ${kind} (${services.join(', ')}) can be given each for itself, in a profile and in the environment.`, async () => {
    const section = (url: string) =>
      Object.fromEntries(services.map((service) => [service, `\n  endpoint_url = ${url}`]));
    const variables = (url: string) =>
      Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, url]));
    for (const place of ['profile', 'environment']) {
      await using stage = await startStage(settings);
      const { product, cast, aws, proxy } = stage;
      const mine = place === 'profile' ? { ...settings, services: 'fake' } : settings;
      await product.configure({
        ...devFiles(cast),
        config: {
          'profile mine': { ca_bundle: join(product.folder, 'ca.pem'), ...mine },
          'sso-session corp': CORP,
          'services fake': section(aws.url),
        },
        registries: { [host]: { profile: 'mine' } },
      });
      // Calls to other hosts end at the proxy.
      proxy.refuse = true;
      const env = {
        HTTPS_PROXY: proxy.url,
        NO_PROXY: '127.0.0.1',
        ...(place === 'profile' ? {} : variables(aws.url)),
      };
      passwordOf(await product.get(host, { env }), host);
      assert.equal(aws.count(), services.length);
    }
  });
}

test("Keys in the environment go with the endpoint_url and the ca_bundle of the caller's AWS_PROFILE.", async () => {
  await using stage = await startStage({ endpoint_url: 'https://127.0.0.1:1' });
  const { product, aws, cast } = stage;
  await product.run(['sed', '-i', `s#https://127.0.0.1:1#${aws.url}#`, '.aws/config']);
  await product.run(['rm', '.config/ecr-xacct/config.yaml']);
  const env = { ...keyVariables(cast.dev), AWS_PROFILE: 'mine', AWS_USE_FIPS_ENDPOINT: 'true' };
  passwordOf(await product.get(HOST, { env }), HOST);
});

test('An unreachable SSO is not reported as an expired session.', async () => {
  await using stage = await startStage(SSO);
  stage.proxy.refuse = true;
  const line = failureOf(await stage.product.get(HOST, { env: { HTTPS_PROXY: stage.proxy.url } }));
  assert.match(line, /: profile mine: cannot reach oidc\.eu-west-1\.amazonaws\.com through the proxy/);
});

test('Behind a credential_process, which sees the AWS_PROFILE of the caller, a role is assumed at its own endpoint.', async () => {
  await using stage = await startProductStage({
    env: { ECR_XACCT_DAEMON: 'off', AWS_ENDPOINT_URL: undefined },
  });
  await using other = await startFakeAws();
  const { product, aws, cast } = stage;
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
  const keys = product.holdsSecret(join(product.folder, 'other.json'));
  await writeFile(keys, JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
  await product.configure({
    config: {
      'profile mine': { ...ROLE, source_profile: 'prints', endpoint_url: aws.url },
      'profile prints': { credential_process: `sh -c 'cat ${product.folder}/$AWS_PROFILE.json'` },
      'profile other': { endpoint_url: other.url },
    },
    registries: { [HOST]: { profile: 'mine' } },
  });
  passwordOf(await product.get(HOST, { env: { AWS_PROFILE: 'other' } }), HOST);
  assert.deepEqual([aws.count('sts'), aws.count('ecr'), other.count()], [1, 1, 0]);
});
