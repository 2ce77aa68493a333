// `ecr-xacct login` without MFA: of a profile, with an SSO session, and with nothing to log in to.
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { writeSsoCache } from '../../support/product/credential-endpoint.ts';
import { bin, failureOf, type Product, type RunOptions } from '../../support/product/product.ts';
import { HOST, keysOf, type ProductStage, startProductStage } from '../../support/product/stage.ts';

function login(product: Product, words: readonly string[], options?: RunOptions) {
  return product.run(['ecr-xacct', 'login', ...words], options);
}

test('With a profile alone, the token is for its account and region; without one, for AWS_PROFILE.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const own = `${SECONDARY_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
  const expected = new RegExp(`^Logged in to ${own}\nas profile dev; `);
  assert.match((await login(product, ['--profile', 'dev'])).stdout, expected);
  assert.match((await login(product, [], { env: { AWS_PROFILE: 'dev' } })).stdout, expected);
  const { status, stderr } = await login(product, []);
  assert.equal(status, 1);
  assert.match(stderr, /^ecr-xacct: there is no profile default /);
});

/** A program `aws` that writes an SSO session as `aws sso login` does, and records its arguments. */
async function fakeAwsCli(
  stage: ProductStage,
  status = 0,
): Promise<{ env: { PATH: string }; called: string }> {
  const folder = stage.product.holdsSecret(join(stage.product.folder, 'bin'));
  const called = join(folder, 'called');
  const cache = join(stage.product.home, '.aws/sso/cache');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'aws'),
    `#!/bin/sh\necho "$@" > ${called}\necho "a page opens"\ncp ${folder}/*.json ${cache}/\nexit ${status}\n`,
  );
  await chmod(join(folder, 'aws'), 0o755);
  return { env: { PATH: `relative:${folder}:${stage.product.env.PATH}` }, called };
}

function ssoFiles() {
  return {
    config: {
      'profile sso': { sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' },
      'sso-session corp': { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' },
    },
    registries: { [HOST]: { profile: 'sso' } },
  };
}

test('--sso runs aws sso login for the profile, and nothing else does.', async () => {
  await using stage = await startProductStage({ files: ssoFiles });
  const { product, cast } = stage;
  const { env, called } = await fakeAwsCli(stage);
  const line = failureOf(await product.get(HOST, { env }));
  assert.match(line, /run: aws sso login --profile sso$/);
  assert.equal((await login(product, [HOST], { env })).status, 1);
  await assert.rejects(readFile(called), { code: 'ENOENT' });

  // The file of the real one.
  await writeSsoCache(product, 'corp', {
    accessToken: cast.sso.accessToken,
    expiresAt: Date.now() + 3_600_000,
  });
  await product.run(['/bin/sh', '-c', `mv ~/.aws/sso/cache/*.json ${join(product.folder, 'bin')}/`]);
  const { status, stdout, stderr } = await login(product, ['--sso', HOST], { env });
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`^Logged in to ${HOST}\n`));
  assert.equal(stderr, 'Running aws sso login --profile sso …\na page opens\n');
  assert.equal(await readFile(called, 'utf8'), 'sso login --profile sso\n');
});

test('--sso says so where aws is not there, fails, or has nothing to log in to.', async () => {
  await using stage = await startProductStage({ files: ssoFiles });
  const { product } = stage;
  const missing = await login(product, ['--sso', HOST], { env: { PATH: `${bin}:.:` } });
  assert.match(
    missing.stderr,
    /the AWS CLI \(aws\) is not on PATH\nInstall it, or run elsewhere:\n {2}aws sso login --profile sso\n$/,
  );
  const { env } = await fakeAwsCli(stage, 4);
  const failed = await login(product, ['--sso', HOST], { env });
  assert.match(
    failed.stderr,
    /aws sso login --profile sso failed with status 4\nTo fix it, run:\n {2}aws sso login --profile sso\n$/,
  );
  await product.configure({ credentials: { dev: keysOf(stage.cast.dev) } });
  const other = await login(product, ['--sso', '--profile', 'dev'], { env });
  assert.match(
    other.stderr,
    /^ecr-xacct: profile dev has no SSO session to log in to\nOmit --sso, or name an SSO profile:\n {2}ecr-xacct login --sso --profile NAME\n$/,
  );
});

test('Without a daemon there is nowhere to leave a token, and it says so.', async () => {
  await using stage = await startProductStage();
  const off = await login(stage.product, [HOST], { env: { ECR_XACCT_DAEMON: 'off' } });
  assert.deepEqual(off, {
    status: 2,
    stdout: '',
    stderr:
      'ecr-xacct: no daemon can keep a token: ECR_XACCT_DAEMON is off\nTo fix it, run:\n  unset ECR_XACCT_DAEMON\n',
  });
  const relative = await login(stage.product, [HOST], { env: { AWS_CONFIG_FILE: 'config' } });
  assert.match(relative.stderr, /a path in the environment is relative, which the daemon cannot follow/);
});

test('Wrong words are wrong usage.', async () => {
  await using stage = await startProductStage();
  for (const words of [
    ['not a host'],
    ['--mfa-code', '12345', HOST],
    ['--mfa-code', 'abcdef'],
    [HOST, HOST],
  ]) {
    assert.equal((await login(stage.product, words)).status, 2, words.join(' '));
  }
});
