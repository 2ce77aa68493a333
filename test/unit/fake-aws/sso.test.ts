// IAM Identity Center in the fake AWS, with the real SDK provider for SSO profiles.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromSSO } from '@aws-sdk/credential-providers';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { SECONDARY_ACCOUNT, twoAccountWorld } from '../../fake-aws/two-account-world.ts';

interface CachedToken {
  accessToken: string;
  expiresAt: number;
  refreshToken?: string;
}

/**
 * A fake AWS, and a HOME whose profile `sso` has this token in its cache. Sets HOME, because the SDK reads nothing
 * else.
 */
async function startWithProfile(
  token: (cast: ReturnType<typeof twoAccountWorld>) => CachedToken,
  role?: string,
) {
  await using resources = new AsyncDisposableStack();
  const aws = resources.use(await startFakeAws());
  const cast = twoAccountWorld(aws.world);
  const { path: home } = resources.use(await mkdtempDisposable(join(tmpdir(), 'fake-sso-')));
  await mkdir(join(home, '.aws/sso/cache'), { recursive: true });
  const config = [
    '[profile sso]',
    'sso_session = corp',
    `sso_account_id = ${SECONDARY_ACCOUNT}`,
    `sso_role_name = ${role ?? cast.sso.role}`,
    '[sso-session corp]',
    'sso_start_url = https://corp.example/start',
    'sso_region = us-east-1',
  ];
  await writeFile(join(home, '.aws/config'), config.join('\n'));
  const { expiresAt, ...rest } = token(cast);
  const cached = {
    ...rest,
    expiresAt: new Date(expiresAt),
    clientId: 'client',
    clientSecret: 'client-secret',
  };
  const name = createHash('sha1').update('corp').digest('hex');
  await writeFile(join(home, '.aws/sso/cache', `${name}.json`), JSON.stringify(cached));
  const { HOME } = process.env;
  resources.defer(() => {
    if (HOME === undefined) delete process.env.HOME;
    else process.env.HOME = HOME;
  });
  process.env.HOME = home;
  const credentials = fromSSO({ profile: 'sso', clientConfig: { endpoint: aws.url, maxAttempts: 1 } });
  const sts = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const owned = resources.move();
  return {
    aws,
    whoAmI: () => sts.send(new GetCallerIdentityCommand()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const inAnHour = () => Date.now() + 3_600_000;

test('A valid SSO session gives the credentials of its permission set.', async () => {
  await using sso = await startWithProfile((cast) => ({ ...cast.sso, expiresAt: inAnHour() }));
  const role = 'AWSReservedSSO_Developer_0123456789abcdef';
  const { Arn } = await sso.whoAmI();
  assert.equal(Arn, `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/${role}/dev@example.com`);
  const [call] = sso.aws.calls;
  assert.deepEqual([call?.service, call?.action, call?.outcome], ['sso', 'GetRoleCredentials', 'ok']);
  assert.equal(call?.parameters.bearerToken, '(secret)');
});

test('A session that the portal does not know is unauthorized.', async () => {
  await using sso = await startWithProfile(() => ({ accessToken: 'revoked', expiresAt: inAnHour() }));
  await assert.rejects(sso.whoAmI(), { message: /Session token not found or invalid/ });
  assert.equal(sso.aws.calls[0]?.outcome, 'UnauthorizedException');
});

test('A permission set that was not assigned is forbidden.', async () => {
  await using sso = await startWithProfile(
    (cast) => ({ ...cast.sso, expiresAt: inAnHour() }),
    'Administrator',
  );
  await assert.rejects(sso.whoAmI(), { message: /No access/ });
});

test('An expired access token is renewed by its refresh token, which is logged without its secrets.', async () => {
  await using sso = await startWithProfile(({ sso: { refreshToken } }) => ({
    accessToken: 'old',
    refreshToken,
    expiresAt: Date.now() - 1,
  }));
  await sso.whoAmI();
  assert.deepEqual(
    sso.aws.calls.map((call) => call.action),
    ['CreateToken', 'GetRoleCredentials', 'GetCallerIdentity'],
  );
  assert.deepEqual(sso.aws.calls[0]?.parameters, {
    clientId: 'client',
    clientSecret: '(secret)',
    grantType: 'refresh_token',
    refreshToken: '(secret)',
  });
});

test('A refresh token works once.', async () => {
  await using aws = await startFakeAws();
  const { refreshToken } = twoAccountWorld(aws.world).sso;
  const renew = () =>
    fetch(`${aws.url}/token`, {
      method: 'POST',
      body: JSON.stringify({ grantType: 'refresh_token', refreshToken }),
    });
  assert.equal((await renew()).status, 200);
  const again = await renew();
  assert.equal(again.status, 400);
  assert.equal(again.headers.get('x-amzn-errortype'), 'InvalidGrantException');
});
