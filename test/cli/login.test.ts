// `ecr-xacct login`: with an MFA code, an SSO session, or neither; and what the pulls after it find.
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../support/fake-aws/two-account-world.ts';
import { bin, failureOf, type Product, passwordOf, type RunOptions } from '../support/product.ts';
import { writeSsoCache } from '../support/product-credential-endpoint.ts';
import {
  HOST,
  keysOf,
  type ProductStage,
  roleArn,
  secretsOf,
  startProductStage,
} from '../support/product-stage.ts';

const WEST = HOST.replace('us-east-1', 'us-west-2');

function login(product: Product, words: readonly string[], options?: RunOptions) {
  return product.run(['ecr-xacct', 'login', ...words], options);
}

/** Two roles of one user that want to see MFA, each for a registry. */
async function startMfa(): Promise<ProductStage> {
  const stage = await startProductStage({
    files: (cast) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: {
        'profile careful': {
          role_arn: roleArn('MfaOnly'),
          source_profile: 'dev',
          mfa_serial: cast.mfa.serialNumber,
        },
        'profile admin': {
          role_arn: roleArn('MfaAdmin'),
          source_profile: 'dev',
          mfa_serial: cast.mfa.serialNumber,
        },
      },
      registries: { [HOST]: { profile: 'careful' }, [WEST]: { profile: 'admin' } },
    }),
  });
  const { trust, policies } = stage.cast.primary.roles.get('MfaOnly') ?? assert.fail();
  stage.cast.primary.role('MfaAdmin', { trust, policies });
  return stage;
}

const callsOf = ({ aws }: ProductStage) => aws.calls.map(({ action }) => action);

test('One MFA code serves every role behind the same keys, and no key is asked for it again.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const line = failureOf(await product.get(HOST));
  assert.ok(line.endsWith(`; run: ecr-xacct login ${HOST}`), line);
  assert.deepEqual(callsOf(stage), []);

  const { status, stdout, stderr } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.equal(
    stdout,
    `Logged in to ${HOST}
as profile careful; its token lasts 11 h 59 min.
The MFA session of ${cast.mfa.serialNumber}
serves every role behind the same keys for 11 h 59 min.
`,
  );
  const first = ['GetSessionToken', 'AssumeRole', 'GetAuthorizationToken'];
  assert.deepEqual(callsOf(stage), first);

  assert.equal(passwordOf(await product.get(HOST), HOST), stage.aws.issuedTokens[0]?.password);
  passwordOf(await product.get(WEST), WEST);
  assert.match(stage.aws.issuedTokens[1]?.principal ?? '', /assumed-role\/MfaAdmin\//);
  assert.deepEqual(callsOf(stage), [...first, 'AssumeRole', 'GetAuthorizationToken']);
});

test('Another login needs no code as long as the session lasts, and one after logout --all does.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.equal((await login(product, [WEST])).status, 0);
  await product.run(['ecr-xacct', 'logout', '--all']);
  const { status, stderr } = await login(product, [WEST]);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /an MFA code of .* is required; here is no terminal to ask on: add --mfa-code CODE\n$/,
  );
});

test('A rule’s own mfa_serial is served, too.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  await product.configure({
    credentials: { dev: keysOf(cast.dev) },
    registries: {
      [HOST]: { role_arn: roleArn('MfaOnly'), source_profile: 'dev', mfa_serial: cast.mfa.serialNumber },
    },
  });
  assert.equal((await login(product, ['--mfa-code', cast.mfa.code, HOST])).status, 0);
  passwordOf(await product.get(HOST), HOST);
});

test('Temporary keys cannot begin a session: the code goes with the role.', async () => {
  await using stage = await startMfa();
  const { product, cast, aws } = stage;
  const caller = aws.world.credentials(cast.dev.accessKeyId)?.caller ?? assert.fail();
  const temporary = aws.world.issueSession(caller, Date.now() + 3_600_000);
  await product.configure({
    credentials: {
      dev: {
        aws_access_key_id: temporary.accessKeyId,
        aws_secret_access_key: temporary.secretAccessKey,
        aws_session_token: temporary.session.token,
      },
    },
    registries: {
      [HOST]: { role_arn: roleArn('MfaOnly'), source_profile: 'dev', mfa_serial: cast.mfa.serialNumber },
    },
  });
  const { stdout } = await login(product, ['--mfa-code', cast.mfa.code, HOST]);
  assert.match(stdout, /^Logged in to /);
  assert.doesNotMatch(stdout, /MFA session/);
  assert.deepEqual(callsOf(stage), ['AssumeRole', 'GetAuthorizationToken']);
});

test('A code that AWS does not accept is said to be that, with either kind of keys.', async () => {
  await using stage = await startMfa();
  const { status, stderr } = await login(stage.product, ['--mfa-code', '000000', HOST]);
  assert.equal(status, 1);
  assert.equal(
    stderr,
    `ecr-xacct: ${HOST}: profile careful: AWS did not accept the MFA code of ${stage.cast.mfa.serialNumber} (invalid MFA one time pass code); each code works once: wait for the next one and run the same command again\n`,
  );
});

test('mfa_process of config.yaml prints the code; it is told the device.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const config = join(product.home, '.config/ecr-xacct/config.yaml');
  const seen = join(product.folder, 'serial');
  const withProcess = async (command: string) => {
    const rules = `registries: { "${HOST}": { profile: careful } }\n`;
    await writeFile(config, `${rules}mfa_process: ${JSON.stringify(command)}\n`);
  };
  await withProcess(`echo nothing`);
  const failed = await login(product, [HOST]);
  assert.match(failed.stderr, /^ecr-xacct: mfa_process printed no six digits; /);
  await withProcess(`exit 3`);
  assert.match((await login(product, [HOST])).stderr, /^ecr-xacct: mfa_process ended with status 3; /);
  await withProcess(`echo "$MFA_SERIAL" > ${seen}; echo ${cast.mfa.code}`);
  assert.equal((await login(product, [HOST])).status, 0);
  assert.equal(await readFile(seen, 'utf8'), `${cast.mfa.serialNumber}\n`);
});

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

/** A program `aws` that leaves an SSO session, as `aws sso login` does, and what it was called with. */
async function fakeAwsCli(
  stage: ProductStage,
  status = 0,
): Promise<{ env: { PATH: string }; called: string }> {
  const folder = join(stage.product.folder, 'bin');
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

  // What the real one would leave.
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
    /the AWS CLI \(aws\) is not on PATH; install it, or run elsewhere: aws sso login --profile sso/,
  );
  const { env } = await fakeAwsCli(stage, 4);
  const failed = await login(product, ['--sso', HOST], { env });
  assert.match(
    failed.stderr,
    /aws sso login --profile sso failed with status 4; run: aws sso login --profile sso\n$/,
  );
  await product.configure({ credentials: { dev: keysOf(stage.cast.dev) } });
  const other = await login(product, ['--sso', '--profile', 'dev'], { env });
  assert.match(other.stderr, /^ecr-xacct: profile dev has no SSO session to log in to; /);
});

test('Without a daemon there is nowhere to leave a token, and it says so.', async () => {
  await using stage = await startProductStage();
  const off = await login(stage.product, [HOST], { env: { ECR_XACCT_DAEMON: 'off' } });
  assert.deepEqual(off, {
    status: 1,
    stdout: '',
    stderr:
      'ecr-xacct: there is no daemon to keep a token: ECR_XACCT_DAEMON is off; run: unset ECR_XACCT_DAEMON\n',
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

test('No secret of an MFA session is in any output or log.', async () => {
  await using stage = await startMfa();
  const { product, cast } = stage;
  const outputs = [await login(product, ['--mfa-code', cast.mfa.code, HOST])];
  for (const words of [['status'], ['status', '--json'], ['explain', '--mint', '--json', HOST]]) {
    outputs.push(await product.run(['ecr-xacct', ...words]));
  }
  const log = await readFile(join(product.home, '.local/state/ecr-xacct/daemon.log'), 'utf8');
  const text = [log, ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n');
  assert.match(text, new RegExp(cast.mfa.serialNumber));
  for (const secret of secretsOf(stage)) assert.ok(!text.includes(secret));
  assert.doesNotMatch(text, /secretAccessKey|sessionToken|"ASIA/);
});
