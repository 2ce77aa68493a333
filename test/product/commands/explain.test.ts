// `ecr-xacct explain`: every step with its reason, whom it leads to, what is in memory, and never a secret.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Explanation } from '../../../src/helper/explain.ts';
import { type Product, passwordOf } from '../../support/product/product.ts';
import {
  HOST,
  keysOf,
  keyVariables,
  type ProductStage,
  roleArn,
  roleFiles,
  secretsOf,
  startProductStage,
} from '../../support/product/stage.ts';

const EXPLAIN = ['ecr-xacct', 'explain'];

async function explained(product: Product, host: string, ...options: string[]): Promise<Explanation> {
  const { stdout } = await product.run([...EXPLAIN, '--json', ...options, host]);
  return JSON.parse(stdout) as Explanation;
}

/** No rule: two roles of the account, of which the first does not trust anybody, and keys of an account that only AWS knows. */
function startDiscovery(): Promise<ProductStage> {
  return startProductStage({
    files: (cast) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: {
        'profile hopeless': { role_arn: roleArn('NobodyTrusted'), source_profile: 'dev' },
        'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev' },
      },
    }),
  });
}

test('A registry with a rule is explained in a screen of 80 columns.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const { status, stdout, stderr } = await stage.product.run([...EXPLAIN, `${HOST}/team/app:1`], {
    env: { AWS_PROFILE: 'dev' },
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.equal(
    stdout,
    `${HOST}
  account 111122223333, region us-east-1, partition aws

   STEP                      WHY
1  ECR_XACCT_PROFILE  no     ECR_XACCT_PROFILE is not set
2  rule               yes    rule "${HOST}"
                             (~/.config/ecr-xacct/config.yaml:2)
3  environment        later  AWS_PROFILE=dev
4  ~/.aws/config      later  profile puller is of account 111122223333
5  default chain      no     there is no profile default

profile puller
  profile dev (access key) → role arn:aws:iam::111122223333:role/EcrPull
  (profile puller)
  no token in memory
`,
  );
  assert.equal(await stage.product.daemon(), undefined);
});

test('What is in memory is said, and nothing is asked for it.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  passwordOf(await stage.product.get(HOST), HOST);
  const calls = stage.aws.calls.length;
  const { stdout } = await stage.product.run([...EXPLAIN, HOST]);
  assert.match(stdout, /\n {2}token in memory: expires in 11 h 59 min, served 1 ×, minted 1 ×\n/);
  assert.equal(stage.aws.calls.length, calls);
});

test('Of several profiles of the account, all are listed, with the one that could mint and the line that pins it.', async () => {
  await using stage = await startDiscovery();
  const { product } = stage;
  const before = await explained(product, HOST);
  assert.deepEqual(
    before.candidates.map(({ profile }) => profile),
    ['hopeless', 'puller'],
  );
  assert.equal(before.chosen, 0);
  passwordOf(await product.get(HOST), HOST);
  const { chosen, pin, candidates } = await explained(product, HOST);
  assert.deepEqual(
    { chosen, pin },
    {
      chosen: 1,
      pin: '"111122223333.dkr.ecr.*.amazonaws.com": { profile: puller }',
    },
  );
  assert.equal(candidates[1]?.token?.served, 1);
  const { stdout } = await product.run([...EXPLAIN, HOST]);
  assert.match(stdout, /\n {2}profile hopeless\n {4}.*\n(?:.*\n)+→ profile puller\n {4}/);
});

test('--mint gets a token, keeps it, and says who AWS says one is.', async () => {
  await using stage = await startDiscovery();
  const { caller, chosen } = await explained(stage.product, HOST, '--mint');
  assert.deepEqual(
    { caller, chosen },
    {
      caller: {
        arn: 'arn:aws:sts::111122223333:assumed-role/EcrPull/ecr-xacct-dev',
        account: '111122223333',
      },
      chosen: 1,
    },
  );
  passwordOf(await stage.product.get(HOST), HOST);
  assert.equal(stage.aws.issuedTokens.length, 1);
});

test('--mint says why there is no token, and exits with 1.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  stage.cast.primary.roles.delete('EcrPull');
  const { status, stdout } = await stage.product.run([...EXPLAIN, '--mint', HOST]);
  assert.equal(status, 1);
  assert.match(stdout, /\nFailed: profile puller: STS does not let it assume/);
});

describe('An account that no profile is of', () => {
  const ELSEWHERE = HOST.replace('111122223333', '222233334444');

  test('names the profiles whose account only AWS knows, and after --mint the accounts that they are of.', async () => {
    await using stage = await startDiscovery();
    const { unknown, learnt } = await explained(stage.product, ELSEWHERE);
    assert.deepEqual({ unknown, learnt }, { unknown: ['dev'], learnt: [] });
    const after = await explained(stage.product, ELSEWHERE, '--mint');
    assert.deepEqual([after.unknown, after.learnt], [[], ['profile dev is of account 444455556666']]);
    assert.equal(after.error?.code, 'no-identity');
  });

  test('goes on to the default chain.', async () => {
    await using stage = await startProductStage({
      files: ({ dev }) => ({ credentials: { default: keysOf(dev) } }),
    });
    const { steps, candidates } = await explained(stage.product, ELSEWHERE);
    assert.deepEqual(
      steps.map(({ outcome }) => outcome),
      ['no', 'no', 'no', 'no', 'yes'],
    );
    assert.deepEqual(
      candidates.map(({ chain }) => chain),
      [['profile default (access key)']],
    );
  });
});

test('A host that is nobody’s is given no credential, and exits with 1.', async () => {
  await using stage = await startProductStage();
  const { status, stdout } = await stage.product.run([...EXPLAIN, 'ghcr.io/team/app']);
  assert.equal(status, 1);
  assert.match(stdout, /^ghcr\.io\n {2}is neither an ECR registry nor in config\.yaml/);
  const { status: wrong } = await stage.product.run([...EXPLAIN, 'not a host']);
  assert.equal(wrong, 2);
});

test('What docker login brought is said to come first.', async () => {
  await using stage = await startProductStage();
  const input = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'brought' });
  await stage.product.run(['docker-credential-ecr-xacct', 'store'], { input });
  assert.equal((await explained(stage.product, HOST)).login, 'AWS');
  const { stdout } = await stage.product.run([...EXPLAIN, HOST]);
  assert.match(stdout, /docker login brought a credential of AWS: it comes first\./);
  assert.doesNotMatch(stdout, /brought$/m);
});

test('A profile that is broken is explained, too.', async () => {
  await using stage = await startProductStage({
    files: () => ({
      config: { 'profile broken': { role_arn: roleArn('EcrPull'), source_profile: 'gone' } },
      registries: { [HOST]: { profile: 'broken' } },
    }),
  });
  const { candidates } = await explained(stage.product, HOST);
  assert.match(
    candidates[0]?.problem ?? '',
    /there is no profile gone \(the source_profile of profile broken\)/,
  );
});

test('What a terminal would obey is escaped in its JSON, which says the same.', async () => {
  await using stage = await startProductStage();
  const env = { AWS_PROFILE: 'a\u009b31m\u202eb' };
  const { stdout } = await stage.product.run(
    [...EXPLAIN, '--json', '444455556666.dkr.ecr.eu-central-1.amazonaws.com'],
    { env },
  );
  assert.doesNotMatch(stdout, /\p{Cf}|(?!\n)\p{Cc}/u);
  assert.ok(JSON.parse(stdout).candidates[0].identity.includes(env.AWS_PROFILE), stdout);
});

test('No secret is in it, in whatever way it is asked.', async () => {
  await using stage = await startDiscovery();
  const env = keyVariables(stage.cast.dev);
  for (const options of [[], ['--json'], ['--mint'], ['--mint', '--json']]) {
    for (const more of [{}, env]) {
      const { stdout, stderr } = await stage.product.run([...EXPLAIN, ...options, HOST], { env: more });
      for (const secret of secretsOf(stage)) assert.ok(!`${stdout}${stderr}`.includes(secret));
    }
  }
  assert.ok(stage.aws.issuedTokens.length > 0);
});
