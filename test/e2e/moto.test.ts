// The built programs with moto, an independent fake AWS: tokens of users, roles and chains of roles, and grants.
//
// Limits of moto, so these are not tested here:
// - Its ECR tokens expired in 2015, so the daemon keeps none. The text of a token names the account that asked for it.
// - It enforces only the policies of users and roles, and neither trust policies nor repository policies.
// - It rejects registry policies that allow pulls.
// - It has neither GetAccountSetting nor ECR Public.
// - It allows callers to assume a role that does not exist.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { REGION } from '../fake-aws/two-account-world.ts';
import { IMAGES_ACCOUNT, LAST_ACCOUNT, type Moto, startMoto, USERS_ACCOUNT } from '../support/e2e/moto.ts';
import { skipWithout } from '../support/peers.ts';
import { makeProduct, type ProductEnvironment, type Rules } from '../support/product/product.ts';
import { keysOf } from '../support/product/stage.ts';

const hostOf = (account: string) => `${account}.dkr.ecr.${REGION}.amazonaws.com`;
const roleOf = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;

const puller = { role_arn: roleOf(IMAGES_ACCOUNT, 'Puller'), source_profile: 'dev' };

describe('moto', { skip: skipWithout('moto'), timeout: 120_000 }, () => {
  let moto: Moto;
  before(async () => {
    moto = await startMoto();
  });
  after(() => moto[Symbol.asyncDispose]());

  /** A user with both users' keys, and with the profiles of the roles. */
  const makeUser = (registries: Rules, env: ProductEnvironment = {}, endpoint: object = {}) =>
    makeProduct(
      moto,
      {
        credentials: { dev: keysOf(moto.dev), stranger: keysOf(moto.stranger) },
        config: {
          'profile dev': { region: REGION, ...endpoint },
          'profile owner': {
            role_arn: roleOf(IMAGES_ACCOUNT, 'Owner'),
            source_profile: 'dev',
            region: REGION,
            ...endpoint,
          },
        },
        registries,
      },
      env,
    );

  const identities: Record<string, { host: string; rule: Rules[string] }> = {
    'of a user': { host: hostOf(USERS_ACCOUNT), rule: { profile: 'dev' } },
    'of a role in another account': { host: hostOf(IMAGES_ACCOUNT), rule: puller },
    'at the end of a chain of roles': {
      host: hostOf(LAST_ACCOUNT),
      rule: { role_arn: roleOf(LAST_ACCOUNT, 'Puller'), source_profile: 'owner' },
    },
  };
  for (const [whose, { host, rule }] of Object.entries(identities)) {
    test(`gives the token ${whose}`, async () => {
      await using user = await makeUser({ [host]: rule });
      const { status, stdout, stderr } = await user.get(host);
      assert.deepEqual([status, stderr], [0, '']);
      const Secret = `${host.slice(0, 12)}-auth-token`;
      assert.deepEqual(JSON.parse(stdout), { ServerURL: host, Username: 'AWS', Secret });
    });
  }

  test('is found by the endpoint_url of a profile', async () => {
    const host = hostOf(IMAGES_ACCOUNT);
    const env = { AWS_ENDPOINT_URL: undefined };
    await using user = await makeUser({ [host]: { profile: 'owner' } }, env, { endpoint_url: moto.url });
    const { stdout, stderr } = await user.get(host);
    assert.equal(stderr, '');
    assert.equal(JSON.parse(stdout).Secret, `${IMAGES_ACCOUNT}-auth-token`);
  });

  test('refuses a user without rights, and the line says whom and what', async () => {
    const host = hostOf(IMAGES_ACCOUNT);
    await using user = await makeUser({ [host]: { ...puller, source_profile: 'stranger' } });
    const { status, stdout, stderr } = await user.get(host);
    assert.equal(status, 1);
    assert.equal(stdout.trim(), stderr.trim());
    assert.match(
      stderr,
      /^ecr-xacct: 111122223333\.dkr\S+: role \S+\/Puller \(source profile stranger\): STS does not/,
    );
    assert.match(stderr, /user\/stranger is not authorized to perform: sts:AssumeRole/);
    assert.match(stderr, /aws iam get-role --role-name Puller/);
  });

  // The error comes from STS, because moto's ECR answers a bad signature in XML, unlike the real ECR.
  test('refuses a secret key that is wrong, and the line says so', async () => {
    const host = hostOf(IMAGES_ACCOUNT);
    await using user = await makeUser({});
    await user.configure({
      credentials: { dev: { ...keysOf(moto.dev), aws_secret_access_key: 'not-the-one' } },
      registries: { [host]: puller },
    });
    const { status, stderr } = await user.get(host);
    assert.equal(status, 1);
    assert.match(stderr, /source profile dev.*: its secret access key is wrong \(SignatureDoesNotMatch\)/);
  });

  test('keeps what grant writes, access reads it, and revoke takes it away', async () => {
    await using user = await makeUser({});
    const on = `${hostOf(IMAGES_ACCOUNT)}/team/app`;
    const run = async (...words: string[]) => {
      const { status, stdout, stderr } = await user.run(['ecr-xacct', ...words, '--profile', 'owner']);
      assert.deepEqual([status, stderr], [0, ''], stdout);
      return stdout;
    };
    const granted = /^444455556666 +pull +team\/app +repository +EcrXacctPull$/m;

    const grant = ['grant', '444455556666', '--on', on, '--yes'];
    assert.match(await run(...grant), /^Granted: 444455556666 may pull from repository team\/app\.$/m);
    assert.match(await run('access', on), granted);
    assert.doesNotMatch(await run(...grant), /^Granted/m);
    await run('revoke', '444455556666', '--on', on, '--yes');
    assert.doesNotMatch(await run('access', on), granted);
  });
});
