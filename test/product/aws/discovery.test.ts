// Registries without a rule, found in ~/.aws/config by the built programs: the owner of the token, and the calls to
// AWS.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { writeSsoCache } from '../../support/product/credential-endpoint.ts';
import { HOUR } from '../../support/product/identities.ts';
import { failureOf, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, type ProductStage, roleArn, startProductStage } from '../../support/product/stage.ts';

const OWN = HOST.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT);
const ELSEWHERE = HOST.replace(PRIMARY_ACCOUNT, '999988887777');

async function pull({ product, aws }: ProductStage, host: string) {
  aws.resetCalls();
  passwordOf(await product.get(host), host);
  return { principal: aws.issuedTokens.at(-1)?.principal, calls: aws.calls.map(({ action }) => action) };
}

test('The SSO profile of the account is used, and the next one where it cannot mint.', async () => {
  const sso = { sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT };
  await using stage = await startProductStage({
    files: () => ({
      config: {
        'profile missing': { ...sso, sso_role_name: 'NotGiven' },
        'profile developer': { ...sso, sso_role_name: 'Developer' },
        'sso-session corp': { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' },
      },
    }),
  });
  const line = failureOf(await stage.product.get(OWN));
  assert.match(
    line,
    /none of the 2 profiles of its account can be used: profile missing: .*, profile developer: /,
  );
  assert.match(line, /; run: aws sso login --profile missing$/);

  const { accessToken } = stage.cast.sso;
  await writeSsoCache(stage.product, 'corp', { accessToken, expiresAt: Date.now() + HOUR });
  const first = await pull(stage, OWN);
  assert.match(first.principal ?? '', /assumed-role\/AWSReservedSSO_Developer_/);
  assert.deepEqual(first.calls, ['GetRoleCredentials', 'GetRoleCredentials', 'GetAuthorizationToken']);
  assert.deepEqual((await pull(stage, OWN)).calls, []);
});

test('A role of the account is used by its profile, before a default profile that is of another.', async () => {
  await using stage = await startProductStage({
    files: ({ dev, denied }) => ({
      credentials: { default: keysOf(denied), dev: keysOf(dev) },
      config: { 'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev' } },
    }),
  });
  const { principal, calls } = await pull(stage, HOST);
  assert.match(principal ?? '', /:assumed-role\/EcrPull\//);
  assert.deepEqual(calls, ['AssumeRole', 'GetAuthorizationToken']);
});

test('A profile that does not say its account is asked once for it, whatever it is asked for later.', async () => {
  await using stage = await startProductStage({
    files: ({ dev }) => ({
      credentials: { dev: keysOf(dev) },
      config: { 'profile dev': { region: 'us-east-1' } },
    }),
  });
  const { principal, calls } = await pull(stage, OWN);
  assert.match(principal ?? '', /:user\/dev$/);
  assert.deepEqual(calls, ['GetCallerIdentity', 'GetAuthorizationToken']);
  stage.aws.resetCalls();
  const line = failureOf(await stage.product.get(ELSEWHERE));
  assert.match(
    line,
    /no profile of account 999988887777 in .*, and profile dev is of account 444455556666; add a rule/,
  );
  assert.deepEqual(stage.aws.calls, []);
});

test('A credential_process is asked for its account in the environment of the caller.', async () => {
  const command = `sh -c 'printf "{\\"Version\\":1,\\"AccessKeyId\\":\\"%s\\",\\"SecretAccessKey\\":\\"%s\\"}" "$AWS_TEST_KEY" "$AWS_TEST_SECRET"'`;
  await using stage = await startProductStage({
    files: () => ({ config: { 'profile vault': { credential_process: command } } }),
  });
  const { accessKeyId, secretAccessKey } = stage.cast.dev;
  const env = { AWS_TEST_KEY: accessKeyId, AWS_TEST_SECRET: secretAccessKey };
  passwordOf(await stage.product.get(OWN, { env }), OWN);
  assert.match(stage.aws.issuedTokens[0]?.principal ?? '', /:user\/dev$/);
});

/** A process that leaves a line when it runs, and prints the keys. */
function countedProcess({ accessKeyId, secretAccessKey }: ProductStage['cast']['dev'], mark: string): string {
  const keys = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
  return `sh -c 'echo ran >> "${mark}"; printf %s "$0"' ${JSON.stringify(keys)}`;
}

test('Of 200 profiles that say their account beside a credential_process, one process is run.', async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  const mark = join(product.folder, 'ran');
  const profiles = Array.from({ length: 200 }, (_, index) => {
    const account = index === 199 ? SECONDARY_ACCOUNT : `${300_000_000_000 + index}`;
    return [
      `profile granted-${index}`,
      { credential_process: countedProcess(cast.dev, mark), granted_sso_account_id: account },
    ];
  });
  await product.configure({ config: Object.fromEntries(profiles) });
  const { principal, calls } = await pull(stage, OWN);
  assert.match(principal ?? '', /:user\/dev$/);
  assert.deepEqual(calls, ['GetAuthorizationToken']);
  assert.equal(await readFile(mark, 'utf8'), 'ran\n');
});

for (const daemon of ['on', 'off']) {
  test(`Accounts that cannot all be learnt in time are one failure at the deadline, with the daemon ${daemon}.`, async () => {
    await using stage = await startProductStage({
      files: ({ dev, admin }) => ({
        credentials: {
          ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`keys-${index}`, keysOf(dev)])),
          right: keysOf(admin),
        },
      }),
    });
    const { product, aws } = stage;
    aws.faults.next({ kind: 'hang', service: 'sts', times: 4 });
    const env = { ECR_XACCT_TIMEOUT: '4', ECR_XACCT_DAEMON: daemon };
    const line = failureOf(await product.get(HOST, { env }));
    assert.match(
      line,
      /no profile says that it is of account 111122223333, and no answer from AWS within 4 s/,
    );
    assert.match(
      line,
      /: \d\d of 31 profiles have not been asked for their account yet; run the same command again/,
    );
    // The next call uses what was learnt, and asks the other profiles.
    passwordOf(await product.get(HOST, { env: { ECR_XACCT_DAEMON: daemon } }), HOST);
  });
}

test('Without a daemon, a profile that was found is not kept waiting for by those that still hang.', async () => {
  await using stage = await startProductStage({
    files: ({ admin }) => ({
      credentials: { right: keysOf(admin) },
      config: Object.fromEntries(
        ['one', 'two', 'three'].map((name) => [`profile ${name}`, { credential_process: 'sleep 600' }]),
      ),
    }),
  });
  const { product } = stage;
  const env = { ECR_XACCT_TIMEOUT: '600', ECR_XACCT_DAEMON: 'off' };
  passwordOf(await product.get(HOST, { env }), HOST);
});

test('discover: false leaves it to the default chain.', async () => {
  await using stage = await startProductStage({
    files: ({ dev }) => ({
      credentials: { dev: keysOf(dev) },
      config: { 'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev' } },
    }),
  });
  const { product } = stage;
  await product.run(['/bin/sh', '-c', 'echo "discover: false" > ~/.config/ecr-xacct/config.yaml']);
  assert.match(failureOf(await product.get(HOST)), /and discover is false in .*config\.yaml/);
});

test('Five hundred profiles are no trouble: one of the last is found, and an edit counts at once.', async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  const profiles = (role: string) => ({
    credentials: { dev: keysOf(cast.dev) },
    config: {
      ...Object.fromEntries(
        Array.from({ length: 500 }, (_, index) => [
          `profile team-${index}`,
          { sso_account_id: `${200_000_000_000 + index}`, sso_role_name: 'Dev', sso_session: 'corp' },
        ]),
      ),
      'profile last': { role_arn: roleArn(role), source_profile: 'dev' },
    },
  });
  await product.configure(profiles('EcrPull'));
  assert.match((await pull(stage, HOST)).principal ?? '', /:assumed-role\/EcrPull\//);
  await product.configure(profiles('EcrPush'));
  assert.match((await pull(stage, HOST)).principal ?? '', /:assumed-role\/EcrPush\//);
});
