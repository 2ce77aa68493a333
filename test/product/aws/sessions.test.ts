// Sessions that a person begins and the SDK renews, of `aws sso login` and `aws login`, from their files to a token.
import assert from 'node:assert/strict';
import { chown, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { whenever } from '../../support/processes.ts';
import { loginFile, writeLoginCache, writeSsoCache } from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR, mine, session } from '../../support/product/identities.ts';
import { type ProductEnvironment, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, roleArn, startProductStage } from '../../support/product/stage.ts';

const SSO_USER = `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/dev@example.com`;
const SSO = { sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' };
const PORTAL = { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' };
const CORP = { 'sso-session corp': PORTAL };
const LOGIN = { login_session: DEV };
const MINUTE = 60_000;

function startStage(): Promise<ProductStage> {
  return startProductStage({ env: { ECR_XACCT_DAEMON: 'off', AWS_MAX_ATTEMPTS: '1' } });
}

/** One `get`: its calls, and the owner of its token. */
async function get({ product, aws }: ProductStage, env: ProductEnvironment = {}) {
  passwordOf(await product.get(HOST, { env }), HOST);
  return { principal: aws.issuedTokens.at(-1)?.principal, calls: aws.calls.map(({ action }) => action) };
}

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
  const sso = { 'profile sso': { sso_session: 'corp', ...SSO }, ...CORP };
  await stage.product.configure(mine({ role_arn: roleArn('EcrPull'), source_profile: 'sso' }, sso)(stage));
  const { accessToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, expiresAt: Date.now() + HOUR });
  const calls = ['GetRoleCredentials', 'AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: session('EcrPull'), calls });
});

test('An SSO session that has run out is renewed with its refresh token.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ sso_session: 'corp', ...SSO }, CORP)(stage));
  const { accessToken, refreshToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() - HOUR });
  const calls = ['CreateToken', 'GetRoleCredentials', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: SSO_USER, calls });
});

test("A session that root renews stays its owner's file.", {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ sso_session: 'corp', ...SSO }, CORP)(stage));
  const { accessToken, refreshToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() - HOUR });
  const folder = join(stage.product.home, '.aws/sso/cache');
  const [name = ''] = await readdir(folder);
  await chown(join(folder, name), 4_711, 4_712);
  assert.equal((await get(stage)).calls[0], 'CreateToken');
  const { uid, gid } = await stat(join(folder, name));
  assert.deepEqual([uid, gid, await readdir(folder)], [4_711, 4_712, [name]]);
});

test('An SSO session in its last minutes that cannot be renewed is used to its end.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ sso_session: 'corp', ...SSO }, CORP)(stage));
  const { accessToken } = stage.cast.sso;
  const token = { accessToken, refreshToken: 'used already', expiresAt: Date.now() + 2 * MINUTE };
  await writeSsoCache(stage.product, 'corp', token);
  const calls = ['CreateToken', 'GetRoleCredentials', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: SSO_USER, calls });
});

test('An SSO session without the end of its registration is used to its end, and is not renewed.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine({ sso_session: 'corp', ...SSO }, CORP)(stage));
  const { accessToken, refreshToken } = stage.cast.sso;
  const token = { accessToken, refreshToken, registrationExpiresAt: undefined };
  await writeSsoCache(stage.product, 'corp', { ...token, expiresAt: Date.now() + 2 * MINUTE });
  const calls = ['GetRoleCredentials', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: SSO_USER, calls });
});

test('The sso-session section is found in AWS_CONFIG_FILE too, where that begins with ~/.', async () => {
  await using stage = await startStage();
  const { product, cast } = stage;
  await product.configure(mine({ sso_session: 'corp', ...SSO }, CORP)(stage));
  await product.run(['mv', '.aws/config', 'aws-config']);
  const { accessToken } = cast.sso;
  await writeSsoCache(product, 'corp', { accessToken, expiresAt: Date.now() + HOUR });
  assert.equal((await get(stage, { AWS_CONFIG_FILE: '~/aws-config' })).principal, SSO_USER);
});

test('A login session gives the credentials that aws login left.', async () => {
  await using stage = await startStage();
  await stage.product.configure(mine(LOGIN)(stage));
  await writeLoginCache(stage, { session: DEV, lifetime: HOUR });
  assert.deepEqual(await get(stage), { principal: DEV, calls: ['GetAuthorizationToken'] });
});

test('A role can be assumed from a login session.', async () => {
  await using stage = await startStage();
  const role = { role_arn: roleArn('EcrPull'), source_profile: 'login' };
  await stage.product.configure(mine(role, { 'profile login': LOGIN })(stage));
  await writeLoginCache(stage, { session: DEV, lifetime: HOUR });
  const calls = ['AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: session('EcrPull'), calls });
});

test('A login session that has run out is renewed with the key that it was begun with, again and again.', async () => {
  await using stage = await startStage();
  const { product, aws } = stage;
  await product.configure(mine(LOGIN)(stage));
  const folder = product.holdsSecret(join(product.folder, 'sessions'));
  await writeLoginCache(stage, { session: DEV, folder, lifetime: -HOUR });
  const env = {
    AWS_LOGIN_CACHE_DIRECTORY: folder,
    AWS_ENDPOINT_URL: undefined,
    AWS_ENDPOINT_URL_SIGNIN: aws.url,
    AWS_ENDPOINT_URL_ECR: aws.url,
  };
  const calls = ['CreateOAuth2Token', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage, env), { principal: DEV, calls });

  // The result is kept for other programs, such as the AWS CLI.
  aws.resetCalls();
  assert.deepEqual(await get(stage, env), { principal: DEV, calls: ['GetAuthorizationToken'] });
  const kept = JSON.parse(await readFile(loginFile(DEV, folder), 'utf8'));
  assert.equal(aws.world.loginRefreshTokens.has(kept.refreshToken), true);
});

test('A login session in its last minutes that cannot be renewed is used to its end.', async () => {
  await using stage = await startStage();
  const { product, aws } = stage;
  await product.configure(mine(LOGIN)(stage));
  await writeLoginCache(stage, { session: DEV, lifetime: 2 * MINUTE });
  aws.faults.next({ kind: 'server-error', service: 'signin' });
  const calls = ['CreateOAuth2Token', 'GetAuthorizationToken'];
  assert.deepEqual(await get(stage), { principal: DEV, calls });
});

for (const [kind, settings, action] of [
  ['SSO', { sso_session: 'corp', ...SSO }, 'CreateToken'],
  ['login', LOGIN, 'CreateOAuth2Token'],
] as const) {
  test(`Two who renew one ${kind} session at the same moment both get a token, though its refresh token works once.`, async () => {
    await using stage = await startStage();
    const { product, aws, cast } = stage;
    await product.configure({
      ...mine(settings, CORP)(stage),
      registries: { '*.*.*.*': { profile: 'mine' } },
    });
    const { accessToken, refreshToken } = cast.sso;
    await writeSsoCache(product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() - HOUR });
    await writeLoginCache(stage, { session: DEV, lifetime: -HOUR });
    const hang = aws.faults.next({ kind: 'hang', action, times: 2 });
    const hosts = [HOST, HOST.replace('us-east-1', 'eu-west-1')];
    const answers = hosts.map(async (host) => passwordOf(await product.get(host), host));
    await whenever('both ask for a renewal', async () => aws.count(undefined, action) === 2);
    hang.release();
    await Promise.all(answers);
    const renewed = aws.calls.filter((call) => call.action === action && call.outcome === 'ok');
    assert.equal(renewed.length, 1);
  });
}
