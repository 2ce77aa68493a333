// Every kind of identity, resolved by the AWS SDK against a fake AWS: who the token is for in the end, and which calls it took.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../support/fake-aws/two-account-world.ts';
import { type ProductEnvironment, passwordOf } from '../support/product.ts';
import {
  sessionOfDev,
  startCredentialEndpoint,
  writeSsoCache,
} from '../support/product-credential-endpoint.ts';
import { DEV, HOUR, identityRows, mine, rule, session, tokenFile } from '../support/product-identities.ts';
import { HOST, type ProductStage, roleArn, startProductStage } from '../support/product-stage.ts';

const SSO_USER = `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/dev@example.com`;

/** The stage, with a role between the accounts and a web identity token in a file. */
async function startStage(): Promise<ProductStage> {
  const stage = await startProductStage();
  const allow = { Effect: 'Allow', Action: 'sts:AssumeRole' } as const;
  stage.cast.secondary.role('Jump', {
    trust: { Version: '2012-10-17', Statement: [{ ...allow, Principal: { AWS: DEV } }] },
    policies: [{ Version: '2012-10-17', Statement: [{ ...allow, Resource: '*' }] }],
  });
  await writeFile(tokenFile(stage.product), stage.cast.webIdentityToken, { mode: 0o600 });
  return stage;
}

/** One `get`, without a daemon: the calls that it took, and whose token came. */
async function get({ product, aws }: ProductStage, env: ProductEnvironment = {}) {
  passwordOf(await product.get(HOST, { env: { ECR_XACCT_DAEMON: 'off', ...env } }), HOST);
  return { principal: aws.issuedTokens.at(-1)?.principal, calls: aws.calls.map(({ action }) => action) };
}

test('Identities', { concurrency: 2 }, async (t) => {
  const rows = identityRows.map(({ who, files, env, principal, calls }) =>
    t.test(`${who} gets a token as ${principal}.`, async () => {
      await using stage = await startStage();
      await stage.product.configure(files(stage));
      const expected = { principal, calls: [...calls, 'GetAuthorizationToken'] };
      assert.deepEqual(await get(stage, env?.(stage)), expected);
    }),
  );
  await Promise.all(rows);
});

const SSO = { sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' };
const PORTAL = { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' };

test('A profile with the SSO settings in it uses the session that aws sso login began.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ ...SSO, ...PORTAL })(stage));
  const { accessToken } = stage.cast.sso;
  await writeSsoCache(stage.product, PORTAL.sso_start_url, { accessToken, expiresAt: Date.now() + HOUR });
  const calls = ['GetRoleCredentials', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: SSO_USER, calls });
});

test('A role can be assumed from an SSO session.', async () => {
  await using stage = await startStage();
  const sso = { 'profile sso': { sso_session: 'corp', ...SSO }, 'sso-session corp': PORTAL };
  await stage.product.configure(mine({ role_arn: roleArn('EcrPull'), source_profile: 'sso' }, sso)(stage));
  const { accessToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, expiresAt: Date.now() + HOUR });
  const calls = ['GetRoleCredentials', 'AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: session('EcrPull'), calls });
});

test('An SSO session that has run out is renewed with its refresh token.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ sso_session: 'corp', ...SSO }, { 'sso-session corp': PORTAL })(stage));
  const { accessToken, refreshToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() - HOUR });
  const calls = ['CreateToken', 'GetRoleCredentials', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: SSO_USER, calls });
});

test("A container's endpoint gives its role's credentials, for its authorization token.", async () => {
  await using stage = await startStage();
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  const container = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.authorization,
  };
  await stage.product.configure({});
  assert.deepEqual(await get(stage, container), { principal: DEV, calls: ['GetAuthorizationToken'] });

  stage.aws.resetCalls();
  const settings = { role_arn: roleArn('EcrPull'), credential_source: 'EcsContainer' };
  await stage.product.configure(rule(settings)(stage));
  const calls = ['AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage, container), { principal: session('EcrPull'), calls });
});

test("An EC2 instance's metadata service gives its role's credentials, where nothing else does.", async () => {
  await using stage = await startStage();
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  const instance = {
    AWS_EC2_METADATA_DISABLED: undefined,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
  };
  await stage.product.configure({});
  assert.deepEqual(await get(stage, instance), { principal: DEV, calls: ['GetAuthorizationToken'] });

  stage.aws.resetCalls();
  const settings = { role_arn: roleArn('EcrPull'), credential_source: 'Ec2InstanceMetadata' };
  await stage.product.configure(mine(settings)(stage));
  const calls = ['AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage, instance), { principal: session('EcrPull'), calls });
});
