// `ecr-xacct explain`: every step with its reason, the identity, what is in memory, and never a secret.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
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

/**
 * Without a rule: two roles of the account, of which the first trusts no one, and keys whose account only AWS knows.
 */
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

→ profile puller
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
  assert.match(stdout, /\n {4}token in memory: expires in 11 h 59 min, served 1 ×, got from ECR 1 ×\n/);
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
  assert.match(stdout, /\n→ no token\n {2}profile puller: STS does not let it assume/);
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

test('A host that is not ours is given no credential, and it says who answers for it; it exits with 1.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await mkdir(`${product.home}/.docker`);
  const file = `${product.home}/.docker/config.json`;
  const config = {
    credHelpers: { 'ghcr.io': 'gh' },
    auths: { 'https://index.docker.io/v1/': { auth: 'dTpw' } },
  };
  await writeFile(file, JSON.stringify(config));
  const says = async (image: string, lines: readonly string[]) => {
    const { status, stdout, stderr } = await product.run([...EXPLAIN, image]);
    assert.deepEqual([status, stderr], [1, ''], image);
    assert.equal(stdout, `${lines.join('\n')}\n`);
  };
  const hub = [
    'docker.io',
    '  is Docker Hub, not an ECR registry: ecr-xacct gives no credential for it.',
    '  The login in ~/.docker/config.json is used for it.',
  ];
  for (const image of [
    'alpine',
    'alpine:3',
    'library/alpine',
    `docker.io/library/alpine@sha256:${'0a'.repeat(32)}`,
  ]) {
    await says(image, hub);
  }
  const neither = [
    '  is neither an ECR registry nor in config.yaml: ecr-xacct gives no credential',
    '  for it.',
  ];
  await says('ghcr.io/team/app', [
    'ghcr.io',
    ...neither,
    '  docker-credential-gh answers for it (credHelpers in ~/.docker/config.json).',
  ]);
  const without = '  Docker has no credential for it, and goes on without one.';
  await says('localhost:5000/app', ['localhost:5000', ...neither, without]);
  await writeFile(file, JSON.stringify({ credsStore: 'ecr-xacct' }));
  assert.match(
    (await product.run([...EXPLAIN, 'alpine'])).stdout,
    /Docker asks ecr-xacct for it \(credsStore in /,
  );
  await product.configure({ fallbackHelper: 'pass' });
  const { stdout } = await product.run([...EXPLAIN, 'alpine']);
  assert.match(stdout, /\n {2}docker-credential-pass answers for it \(fallback_helper in config\.yaml\)\.\n/);
  const { status: wrong } = await product.run([...EXPLAIN, 'not a host']);
  assert.equal(wrong, 2);
});

test('A hostname that is nearly one of ECR is told by the parts that are wrong, with the one that was meant.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  for (const [typed, fault] of [
    [HOST.replace('2223333', '223333'), 'its account 11112223333 has 11 digits, not 12'],
    [HOST.replace('us-east-1', 'us-east1'), '"us-east1" is not a region, but us-east-1 is'],
    [HOST.replace('dkr', 'drk'), '"drk.ecr" is not "dkr.ecr"'],
    [HOST.replace('.com', '.co'), '"amazonaws.co" is not "amazonaws.com"'],
  ] as const) {
    const { status, stdout } = await stage.product.run([...EXPLAIN, `${typed}/app:1`]);
    assert.equal(status, 1);
    assert.ok(
      stdout.endsWith(
        `\nIt is nearly one of ECR:\n  ${fault}\n→ did you mean ${HOST}?\n  run: ecr-xacct explain ${HOST}\n`,
      ),
      stdout,
    );
  }
  const { foreign } = JSON.parse(
    (await stage.product.run([...EXPLAIN, '--json', HOST.replace('dkr', 'drk')])).stdout,
  );
  assert.equal(foreign.nearMiss.meant, HOST);
});

test('A registry is understood however it is pasted.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  for (const typed of [
    `https://${HOST}/team/app`,
    `https://${HOST}`,
    `${HOST}:443/app:1`,
    HOST.toUpperCase(),
  ]) {
    const { status, stdout } = await stage.product.run([...EXPLAIN, typed]);
    assert.equal(status, 0, stdout);
    assert.ok(stdout.startsWith(`${HOST}\n`));
  }
});

describe('What ends in no identity', () => {
  const HALF = {
    'profile half': { role_arn: roleArn('EcrPull') },
    'profile sso': { sso_account_id: '111122223333', sso_role_name: 'x' },
  };

  test('names half-written profiles of the account, and ends with the command that completes one.', async () => {
    await using stage = await startProductStage({
      files: () => ({ config: { 'profile half': HALF['profile half'] } }),
    });
    const { status, stdout } = await stage.product.run([...EXPLAIN, HOST]);
    assert.equal(status, 1);
    assert.match(
      stdout,
      /\n {2}profile half\n {4}passed over: profile half has a role_arn without a source_profile/,
    );
    assert.match(
      stdout,
      /\n→ no identity\n {2}Name the profile that may assume it, run:\n {4}aws configure set source_profile NAME --profile half\n$/,
    );
    assert.doesNotMatch(stdout, /always use it/);
  });

  test('says of a broken profile what is wrong with it once, and advises no rule for it.', async () => {
    await using stage = await startProductStage({
      files: () => ({ config: { 'profile sso': HALF['profile sso'] } }),
    });
    const { status, stdout } = await stage.product.run([...EXPLAIN, HOST]);
    assert.equal(status, 1);
    assert.equal(stdout.match(/the SSO settings of profile sso are incomplete/g)?.length, 1);
    assert.ok(
      stdout.endsWith(
        '\n→ no identity\n  profile sso cannot be used\n  run: aws configure sso --profile sso\n',
      ),
      stdout,
    );
    assert.doesNotMatch(stdout, /always use it/);
  });

  test('takes a whole profile of the account before a broken one.', async () => {
    await using stage = await startProductStage({
      files: (cast) => ({
        ...roleFiles(cast),
        config: { ...HALF, ...roleFiles(cast).config },
        registries: {},
      }),
    });
    const { status, stdout } = await stage.product.run([...EXPLAIN, HOST]);
    assert.equal(status, 0);
    assert.match(stdout, /\n→ profile puller\n/);
    assert.match(
      stdout,
      /\nTo always use it, add under registries: in config\.yaml:\n {2}"111122223333\.dkr\.ecr\.\*\.amazonaws\.com": \{ profile: puller \}\nor have it added:\n {2}run: ecr-xacct rule add '111122223333\.dkr\.ecr\.\*\.amazonaws\.com' --profile puller\n$/,
    );
  });

  test('ends with a rule to add where there are other profiles, and else with a profile to write.', async () => {
    await using stage = await startProductStage({
      files: () => ({ config: { 'profile empty': { region: 'us-east-1' } } }),
    });
    const { stdout, status } = await stage.product.run([...EXPLAIN, HOST]);
    assert.equal(status, 1);
    assert.ok(
      stdout.endsWith(
        "\n→ no identity\n  With a profile that may use account 111122223333, run:\n    ecr-xacct rule add '111122223333.dkr.ecr.*.amazonaws.com' --profile NAME\n",
      ),
      stdout,
    );
    await stage.product.configure({});
    assert.match(
      (await stage.product.run([...EXPLAIN, HOST])).stdout,
      /\n→ no identity\n {2}to write a profile that may use account 111122223333, run: aws configure sso\n$/,
    );
  });
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
