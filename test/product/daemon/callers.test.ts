// One daemon for shells with different identities, and for files that change while it runs.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CANARY } from '../../fake-aws/canary.ts';
import { EXTERNAL_ID, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { writeLoginCache } from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR, session } from '../../support/product/identities.ts';
import {
  daemonPid,
  failureOf,
  type ProductEnvironment,
  passwordOf,
  type RunOptions,
} from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  keysOf,
  keyVariables,
  type ProductStage,
  roleArn,
  roleFiles,
  startProductStage,
} from '../../support/product/stage.ts';

/** The owner of a `get`'s token. */
async function principal({ product, aws }: ProductStage, options: RunOptions = {}) {
  const password = passwordOf(await product.get(HOST, options), HOST);
  return aws.issuedTokens.find((token) => token.password === password)?.principal;
}

/** Two shells with these variables ask in turn, a hundred times each. */
async function takeTurns(
  stage: ProductStage,
  shells: readonly [env: ProductEnvironment, principal: string][],
): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    for (const [env, expected] of shells) assert.equal(await principal(stage, { env }), expected);
  }
}

test('Two shells with different AWS_PROFILE each get the token of their own identity, a hundred times in turn, for two mints.', async () => {
  await using stage = await startProductStage({ files: (cast) => ({ ...roleFiles(cast), registries: {} }) });
  await takeTurns(stage, [
    [{ AWS_PROFILE: 'dev' }, DEV],
    [{ AWS_PROFILE: 'puller' }, session('EcrPull')],
  ]);
  assert.deepEqual(
    stage.aws.calls.map(({ action }) => action),
    ['GetAuthorizationToken', 'AssumeRole', 'GetAuthorizationToken'],
  );
});

test('So do shells with different keys, one of them beside an AWS_PROFILE.', async () => {
  await using stage = await startProductStage({ files: (cast) => ({ ...roleFiles(cast), registries: {} }) });
  const { aws, cast } = stage;
  const other = {
    accessKeyId: 'AKIAFAKEOTHERUSER001',
    secretAccessKey: `${CANARY}/other/0123456789+abcdefghij`,
  };
  const { policies = [] } = cast.secondary.users.get('dev') ?? {};
  cast.secondary.user('other', { ...other, policies });
  await takeTurns(stage, [
    [keyVariables(cast.dev), DEV],
    [{ ...keyVariables(other), AWS_PROFILE: 'puller' }, `arn:aws:iam::${SECONDARY_ACCOUNT}:user/other`],
  ]);
  assert.equal(aws.count(), 2);
});

test('Files of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE are the caller’s own: absolute, under ~/, or relative, which the daemon cannot follow.', async (t) => {
  await using stage = await startProductStage({ files: roleFiles });
  const { product, aws, cast } = stage;
  const push = { role_arn: roleArn('EcrPush'), source_profile: 'dev' };
  // The same names in other files: with the wrong ones, it would be the wrong role, or no keys.
  await product.configure({ ...roleFiles(cast), config: { 'profile puller': push } });
  await product.run(['mkdir', product.holdsSecret(join(product.home, 'elsewhere'))]);
  await product.run(['mv', '.aws/config', '.aws/credentials', 'elsewhere']);
  await product.configure({ ...roleFiles(cast), credentials: {} });
  const files = (folder: string) => ({
    AWS_CONFIG_FILE: `${folder}config`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}credentials`,
  });
  const held = async () => (await product.daemon())?.tokens.length;

  await t.test('absolute', async () => {
    const env = files(`${join(product.home, 'elsewhere')}/`);
    assert.equal(await principal(stage, { env }), session('EcrPush'));
    assert.equal(await held(), 1);
  });
  await t.test('under ~/, which are the same, and need no other token', async () => {
    assert.equal(await principal(stage, { env: files('~/elsewhere/') }), session('EcrPush'));
    assert.deepEqual([await held(), aws.count('ecr')], [1, 1]);
  });
  await t.test('relative, of which the daemon learns nothing', async () => {
    const cwd = join(product.home, 'elsewhere');
    assert.equal(await principal(stage, { env: files(''), cwd }), session('EcrPush'));
    assert.deepEqual([await held(), aws.count('ecr')], [1, 2]);
  });
});

test('A config that only a descriptor of the caller leads to is read by the caller alone.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const path = `${product.folder}/other.yaml`;
  writeFileSync(path, `registries: { "${HOST}": { profile: gone } }\n`);
  // stdin has the hostname.
  for (const descriptor of ['/dev/fd/5', '/proc/self/fd/5']) {
    const get = `ECR_XACCT_CONFIG=${descriptor} docker-credential-ecr-xacct get 5<'${path}'`;
    const ran = await product.run(['sh', '-c', get], { input: HOST });
    assert.match(failureOf(ran), /there is no profile gone/);
  }
});

test('A relative AWS_LOGIN_CACHE_DIRECTORY is in the current folder of the caller, too.', async () => {
  await using stage = await startProductStage({
    files: () => ({ config: { default: { login_session: DEV } } }),
  });
  const { product } = stage;
  await writeLoginCache(stage, {
    session: DEV,
    folder: product.holdsSecret(join(product.home, 'sessions')),
    lifetime: HOUR,
  });
  assert.equal(await principal(stage, { env: { AWS_LOGIN_CACHE_DIRECTORY: 'sessions' } }), DEV);
});

test('Two homes have each a session of their own, of which the other knows nothing.', async () => {
  await using stage = await startProductStage({
    files: () => ({ config: { 'profile me': { login_session: DEV } } }),
    env: { AWS_PROFILE: 'me' },
  });
  const { product } = stage;
  await writeLoginCache(stage, { session: DEV, lifetime: HOUR });
  const other = join(product.folder, 'other');
  await product.run(['mkdir', '-p', other]);
  await product.run(['cp', '-r', '.aws', other]);
  await product.run(['rm', '-r', join(other, '.aws', 'login')]);
  for (let turn = 0; turn < 2; turn += 1) {
    assert.equal(await principal(stage), DEV);
    const line = failureOf(await product.get(HOST, { env: { HOME: other } }));
    assert.match(line, /: profile me: you have not signed in to AWS; run: aws login --profile me$/);
  }
});

test('A key that is rotated in ~/.aws/credentials is the one that signs the next get, also behind a role.', async (t) => {
  await using stage = await startProductStage({ files: roleFiles });
  const { product, aws, cast } = stage;
  const { policies = [] } = cast.secondary.users.get('dev') ?? {};
  const rotated = {
    accessKeyId: 'AKIAFAKEDEVELOPER002',
    secretAccessKey: `${CANARY}/dev/second/0123456789+abcde`,
  };
  for (const [what, files, expected] of [
    ['of the profile itself', devFiles(cast), DEV],
    ['of its source_profile', roleFiles(cast), session('EcrPull')],
  ] as const) {
    await t.test(what, async () => {
      cast.secondary.user('dev', { ...cast.dev, policies });
      await product.configure(files);
      assert.equal(await principal(stage), expected);
      const daemon = await daemonPid(product);
      // AWS no longer knows the old one.
      cast.secondary.user('dev', { ...rotated, policies });
      await product.configure({ ...files, credentials: { dev: keysOf(rotated) } });
      aws.resetCalls();
      assert.equal(await principal(stage), expected);
      assert.equal(aws.calls[0]?.accessKeyId, rotated.accessKeyId);
      assert.equal(await daemonPid(product), daemon);
    });
  }
});

test('An edited role_arn, role_session_name or external_id in ~/.aws/config is what the next get assumes, by the same daemon.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const { product, aws, cast } = stage;
  const edit = (puller: Record<string, string>) =>
    product.configure({ ...roleFiles(cast), config: { 'profile puller': puller } });
  assert.equal(await principal(stage), session('EcrPull'));
  const daemon = await daemonPid(product);
  await edit({ role_arn: roleArn('EcrPush'), source_profile: 'dev' });
  assert.equal(await principal(stage), session('EcrPush'));
  await edit({ role_arn: roleArn('EcrPush'), source_profile: 'dev', role_session_name: 'build' });
  assert.equal(await principal(stage), session('EcrPush', 'build'));
  await edit({ role_arn: roleArn('EcrPullExternal'), source_profile: 'dev', external_id: 'wrong' });
  assert.equal((await product.get(HOST)).status, 1);
  await edit({ role_arn: roleArn('EcrPullExternal'), source_profile: 'dev', external_id: EXTERNAL_ID });
  assert.equal(await principal(stage), session('EcrPullExternal'));
  assert.equal(await daemonPid(product), daemon);
  assert.equal(aws.count('ecr'), 4);
});
