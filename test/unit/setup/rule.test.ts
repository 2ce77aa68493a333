// `ecr-xacct rule add|remove`: what it writes and rejects, and that setup --undo undoes it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  CONFIG,
  DOCKER,
  dockerText,
  makeSetupHome,
  STATE,
  ssoProfile,
} from '../../support/unit/setup-home.ts';

const HOST = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const PATTERN = '444455556666.dkr.ecr.*.amazonaws.com';
const ARN = 'arn:aws:iam::444455556666:role/EcrPull';
const AWS = ssoProfile('platform', '444455556666', 'us-east-1') + ssoProfile('dev', '111122223333');
const MINE = `# mine\nregistries:\n  public.ecr.aws: { profile: dev } # why not\n`;

const homeWith = (config?: string) =>
  makeSetupHome({ '.aws/config': AWS, ...(config === undefined ? {} : { [CONFIG]: config }) });

describe('rule add', () => {
  test('over a rule that is there changes its values alone, and undo gives these back beside what came since.', async () => {
    const text = `registries:\n  # SEV-1\n  "${HOST}": # ask bob before\n    # for now\n    profile:   dev # until May\n`;
    using user = homeWith(text);
    const { status, stderr } = await user.run('rule', 'add', HOST, '--profile', 'platform', '--yes');
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(user.read(CONFIG), text.replace('dev', 'platform'));
    user.write({ [CONFIG]: `${user.read(CONFIG)}discover: false\n` });
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(CONFIG), `${text}discover: false\n`);
  });

  test('shows the change, writes it, says how it is removed again, and keeps all else.', async () => {
    using user = homeWith(MINE);
    const { status, stdout, stderr } = await user.run('rule', 'add', HOST, '--profile', 'platform', '--yes');
    assert.deepEqual([status, stderr], [0, '']);
    assert.ok(stdout.includes(`\n+  "${HOST}": { profile: platform }\n`), stdout);
    assert.ok(
      stdout.includes(
        `\nNote: Docker does not ask ecr-xacct for it yet; to change that, run:\n  ecr-xacct setup --profile platform --region us-east-1\n`,
      ),
      stdout,
    );
    assert.ok(stdout.includes(`\nDone: once Docker asks ecr-xacct for it, the next pull from\n${HOST} uses`));
    assert.ok(stdout.endsWith(`\nTo remove it again:\n  ecr-xacct rule remove ${HOST}\n`), stdout);
    assert.equal(user.read(CONFIG), `${MINE}  "${HOST}": { profile: platform }\n`);
  });

  test('of pods names the kubelet and not Docker, and can be changed, removed and undone.', async () => {
    using user = homeWith(MINE);
    const added = await user.run('rule', 'add', PATTERN, '--service-account', '--yes');
    assert.deepEqual([added.status, added.stderr], [0, '']);
    assert.match(
      added.stdout,
      /\nNote: The kubelet asks .*; to print that, run:\n {2}ecr-xacct kubelet config\n/,
    );
    assert.match(
      added.stdout,
      /\nDone: where the kubelet asks ecr-xacct, a pod pulls from\s\S+ by its service account\.\n/,
    );
    assert.doesNotMatch(added.stdout, /Docker/);
    assert.equal(user.read(CONFIG), `${MINE}  "${PATTERN}": { service_account: true }\n`);
    const role = await user.run('rule', 'add', PATTERN, '--service-account', '--role-arn', ARN, '--yes');
    assert.equal(role.status, 0, role.stderr);
    const lines = `    role_arn: ${ARN}\n    service_account: true\n`;
    assert.equal(user.read(CONFIG), `${MINE}  "${PATTERN}":\n${lines}`);
    assert.equal((await user.run('rule', 'remove', PATTERN, '--yes')).status, 0);
    assert.equal(user.read(CONFIG), MINE);
    await user.run('rule', 'add', PATTERN, '--service-account', '--role-arn', ARN, '--yes');
    await user.run('rule', 'add', PATTERN, '--profile', 'platform', '--yes');
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(CONFIG), MINE);
  });

  test('names a setup that makes Docker ask for the registry, also where no profile is of its account.', async () => {
    const foreign = '555566667777.dkr.ecr.us-east-1.amazonaws.com';
    const role = ['--role-arn', 'arn:aws:iam::555566667777:role/R'];
    for (const [host, more] of [
      [HOST, ['--profile', 'platform']],
      [foreign, ['--profile', 'dev', ...role]],
      ['registry.example.com', ['--profile', 'dev', '--registry', HOST]],
      ['public.ecr.aws', ['--profile', 'dev']],
    ] as const) {
      using user = homeWith();
      const { stdout } = await user.run('rule', 'add', host, ...more, '--yes');
      const [, advised = ''] = /yet; to change that, run:\n {2}ecr-xacct (setup.*)\n/.exec(stdout) ?? [];
      const { status, stderr } = await user.run(...advised.split(' '), '--yes');
      assert.equal(status, 0, stderr);
      assert.ok(user.read(DOCKER)?.includes(`"${host}": "ecr-xacct"`), stdout);
      // Its advice is enough: with the entry, the rule applies.
      await user.run('rule', 'remove', host, '--yes');
      const again = await user.run('rule', 'add', host, ...more, '--yes');
      const promise = `Done: the next pull from ${host} uses this rule. `;
      assert.ok(again.stdout.replaceAll('\n', ' ').includes(promise), again.stdout);
      assert.doesNotMatch(again.stdout, /Note: /);
    }
  });

  test('of a pattern promises a pull only where Docker asks ecr-xacct for all.', async () => {
    for (const [docker, promise] of [
      [{}, `where Docker asks ecr-xacct, the next pull from ${PATTERN} uses this rule.`],
      [{ credsStore: 'ecr-xacct' }, `the next pull from ${PATTERN} uses this rule.`],
    ] as const) {
      using user = homeWith();
      user.write({ [DOCKER]: dockerText(docker) });
      const { stdout } = await user.run('rule', 'add', PATTERN, '--profile', 'platform', '--yes');
      assert.ok(stdout.replaceAll('\n', ' ').includes(` Done: ${promise} `), stdout);
    }
  });

  test('of a pattern names the setup that makes Docker ask for one of its registries.', async () => {
    using user = homeWith();
    const { stdout } = await user.run('rule', 'add', PATTERN, '--profile', 'platform', '--yes');
    const account = PATTERN.slice(0, 12);
    assert.ok(stdout.includes(`  ecr-xacct setup --region ${account}=us-east-1\n`), stdout);
  });

  test('with the profile of another account names a setup that keeps it.', async () => {
    const aws = ssoProfile('platform', '444455556666', 'us-east-1') + ssoProfile('reader', '111122223333');
    using user = makeSetupHome({ '.aws/config': aws });
    const own = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
    const { stdout } = await user.run('rule', 'add', own, '--profile', 'reader', '--yes');
    assert.ok(stdout.includes('  ecr-xacct setup --region 444455556666=us-east-1\n'), stdout);
    await user.succeed('--region', '444455556666=us-east-1', '--yes');
    assert.match(
      user.read(CONFIG) ?? '',
      /"444455556666\.dkr\.ecr\.us-east-1\.amazonaws\.com": \{ profile: reader \}/,
    );
    assert.match(user.read(DOCKER) ?? '', /"444455556666\.dkr\.ecr\.us-east-1\.amazonaws\.com": "ecr-xacct"/);
  });

  test('that is removed says how to make Docker stop asking.', async () => {
    using user = homeWith();
    user.write({ [DOCKER]: dockerText({ credHelpers: { [HOST]: 'ecr-xacct' } }) });
    assert.equal((await user.run('rule', 'add', HOST, '--profile', 'platform', '--yes')).status, 0);
    const { stdout } = await user.run('rule', 'remove', HOST, '--yes');
    const end = `remove its credHelpers entry:\n  \${EDITOR:-vi} ${join(user.home, DOCKER)}\n`;
    assert.ok(stdout.endsWith(end), stdout);
  });

  test('understands an image and a URL, and writes the file where there is none.', async () => {
    for (const typed of [`https://${HOST}/team`, `${HOST}/team/app:1`, HOST.toUpperCase()]) {
      using user = homeWith();
      assert.equal((await user.run('rule', 'add', typed, '--profile', 'platform', '--yes')).status, 0);
      assert.equal(user.read(CONFIG), `registries:\n  "${HOST}": { profile: platform }\n`);
    }
  });

  test('with a role writes the profile as its source, and every setting.', async () => {
    using user = homeWith('');
    const options = [
      '--profile',
      'dev',
      '--role-arn',
      ARN,
      '--external-id',
      '7f3c',
      '--duration-seconds',
      '900',
    ];
    const more = [
      '--role-session-name',
      'ci',
      '--mfa-serial',
      'arn:aws:iam::111122223333:mfa/dev',
      '--region',
      'eu-west-1',
    ];
    assert.equal((await user.run('rule', 'add', PATTERN, ...options, ...more, '--yes')).status, 0);
    assert.equal(
      user.read(CONFIG),
      `registries:\n  "${PATTERN}":\n    role_arn: ${ARN}\n    source_profile: dev\n    external_id: "7f3c"\n    role_session_name: ci\n    duration_seconds: 900\n    mfa_serial: arn:aws:iam::111122223333:mfa/dev\n    region: eu-west-1\n`,
    );
  });

  test("with the token of a CI job writes where it is, without a profile's name, and undo takes it back.", async () => {
    for (const [options, settings] of [
      [['--web-identity-token-env', 'AWS_OIDC_TOKEN'], 'web_identity_token_env: AWS_OIDC_TOKEN'],
      [['--github-oidc'], 'github_oidc: true'],
      [['--github-oidc', 'https://sts.example.com'], 'github_oidc: "https://sts.example.com"'],
    ] as const) {
      using user = homeWith(MINE);
      const { status, stderr } = await user.run(
        'rule',
        'add',
        PATTERN,
        '--role-arn',
        ARN,
        ...options,
        '--yes',
      );
      assert.deepEqual([status, stderr], [0, '']);
      assert.equal(user.read(CONFIG), `${MINE}  "${PATTERN}":\n    role_arn: ${ARN}\n    ${settings}\n`);
      await user.succeed('--undo', '--yes');
      assert.equal(user.read(CONFIG), MINE);
    }
  });

  test('changes the rule that is there, and nothing where it says the same.', async () => {
    using user = homeWith(`registries:\n  "${PATTERN}": { profile: dev }\n`);
    const add = (...args: string[]) => user.run('rule', 'add', PATTERN, ...args, '--yes');
    assert.equal((await add('--profile', 'dev')).stdout, 'Nothing to change.\n');
    assert.equal(user.read(STATE), undefined);
    assert.equal((await add('--profile', 'platform')).status, 0);
    assert.equal(user.read(CONFIG), `registries:\n  "${PATTERN}": { profile: platform }\n`);
  });

  test('with --dry-run shows it and writes nothing, without a terminal too.', async () => {
    using user = homeWith(MINE);
    const before = user.files();
    const { status, stdout } = await user.run('rule', 'add', HOST, '--profile', 'dev', '--dry-run');
    assert.equal(status, 0);
    assert.match(stdout, /\n\+ {2}"444455556666[\s\S]*\nNothing was changed: this was a dry run\.\n$/);
    assert.deepEqual(user.files(), before);
  });

  const refused: Readonly<Record<string, [readonly string[], number, RegExp]>> = {
    'without a terminal and --yes, with the whole command': [
      [HOST, '--profile', 'dev'],
      2,
      new RegExp(
        `there is no terminal to ask on\nTo fix it, run:\n {2}ecr-xacct rule add ${HOST} --profile dev --yes\n`,
      ),
    ],
    'a profile that does not exist': [
      [HOST, '--profile', 'plattform', '--yes'],
      1,
      new RegExp(
        `there is no profile plattform .*\\nDid you mean platform\\?\\n {2}ecr-xacct rule add ${HOST} --profile platform --yes\\n$`,
      ),
    ],
    'a source profile that does not exist': [
      [HOST, '--role-arn', ARN, '--source-profile', 'plattform', '--yes'],
      1,
      new RegExp(
        `\\nDid you mean platform\\?\\n {2}ecr-xacct rule add ${HOST} --role-arn ${ARN} --source-profile platform --yes\\n$`,
      ),
    ],
    'a hostname that is nearly one': [
      ['44445555666.dkr.ecr.us-east-1.amazonaws.com', '--profile', 'dev', '--yes'],
      2,
      /its account 44445555666 has 11 digits, not 12/,
    ],
    'a name of your own without its registry': [
      ['images.example', '--profile', 'dev', '--yes'],
      2,
      /images\.example is not an ECR hostname; add --registry/,
    ],
    'what is no hostname': [
      ['not a host', '--profile', 'dev', '--yes'],
      2,
      /neither a hostname nor a pattern/,
    ],
    'no identity at all': [
      [HOST, '--yes'],
      2,
      /which profile\? [\s\S]*as in:\n {2}ecr-xacct rule add \S+ --yes --profile NAME\n/i,
    ],
    'a role without an account': [
      [HOST, '--role-arn', 'EcrPull', '--profile', 'dev', '--yes'],
      2,
      /"role_arn" must be the ARN/,
    ],
    'two sources': [
      [HOST, '--role-arn', ARN, '--profile', 'dev', '--source-profile', 'dev', '--yes'],
      2,
      /are the same with --role-arn/,
    ],
    "a profile beside a job's token": [
      [HOST, '--role-arn', ARN, '--profile', 'dev', '--github-oidc', '--yes'],
      2,
      /"github_oidc" contradicts source_profile; keep one of them/,
    ],
    "a job's token without a role": [
      [HOST, '--web-identity-token-env', 'AWS_OIDC_TOKEN', '--yes'],
      2,
      /has no effect without role_arn; add role_arn/,
    ],
    'a variable that is none': [
      [HOST, '--role-arn', ARN, '--web-identity-token-env', '$TOKEN', '--yes'],
      2,
      /"web_identity_token_env" must be the name of a variable, such as AWS_OIDC_TOKEN/,
    ],
    'an audience that is none': [
      [HOST, '--role-arn', ARN, '--github-oidc', 'a b', '--yes'],
      2,
      /"github_oidc" must be true, or the audience that the role trusts/,
    ],
    'a job of GitHub without a terminal and --yes, with the whole command': [
      [HOST, '--role-arn', ARN, '--github-oidc'],
      2,
      new RegExp(`\\n {2}ecr-xacct rule add ${HOST} --role-arn ${ARN} --github-oidc --yes\\n`),
    ],
    'what belongs to a role without one': [
      [HOST, '--profile', 'dev', '--external-id', '7f3c', '--yes'],
      2,
      /has no effect without role_arn/,
    ],
    'a duration that is none': [
      [HOST, '--profile', 'dev', '--role-arn', ARN, '--duration-seconds', '1h', '--yes'],
      2,
      /must be a whole number of seconds/,
    ],
  };
  for (const [what, [args, status, said]] of Object.entries(refused)) {
    test(`refuses ${what}, and writes nothing.`, async () => {
      using user = homeWith(MINE);
      const before = user.files();
      const ran = await user.run('rule', 'add', ...args);
      assert.equal(ran.status, status, ran.stderr);
      assert.match(ran.stderr, said);
      assert.deepEqual(user.files(), before);
    });
  }

  test('maps a name of your own.', async () => {
    using user = homeWith('');
    await user.run('rule', 'add', 'images.example', '--registry', HOST, '--profile', 'platform', '--yes');
    assert.equal(
      user.read(CONFIG),
      `registries:\n  "images.example":\n    registry: "${HOST}"\n    profile: platform\n`,
    );
  });

  test('touches no file that is broken.', async () => {
    using user = homeWith('registries: 1\n');
    const { status, stderr } = await user.run('rule', 'add', HOST, '--profile', 'dev', '--yes');
    assert.equal(status, 1);
    assert.match(stderr, /config\.yaml:1:1: "registries" must be/);
    assert.equal(user.read(CONFIG), 'registries: 1\n');
  });
});

describe('rule remove', () => {
  test('takes the rule out, whatever spelling it is asked by.', async () => {
    using user = homeWith(`${MINE}  "${HOST}":\n    profile: platform\n`);
    const { status, stdout } = await user.run('rule', 'remove', `https://${HOST}/app`, '--yes');
    assert.equal(status, 0);
    const next = `To see which identity it has now, run:\n  ecr-xacct explain ${HOST}\n`;
    assert.ok(stdout.endsWith(`Done: the rule for ${HOST} is removed.\n${next}`), stdout);
    assert.equal(user.read(CONFIG), MINE);
  });

  test('names the rule that was meant where there is none.', async () => {
    using user = homeWith(`registries:\n  "${PATTERN}": { profile: dev }\n`);
    const { status, stderr } = await user.run('rule', 'remove', PATTERN.replace('.com', '.co'), '--yes');
    assert.equal(status, 2);
    assert.match(
      stderr,
      /there is no rule for 444455556666\.dkr\.ecr\.\*\.amazonaws\.co in .*; did you mean 444455556666\.dkr\.ecr\.\*\.amazonaws\.com\?/,
    );
  });
});

describe('setup --undo takes back what rules were added, changed and removed', () => {
  const TEXT = `${MINE}  "${PATTERN}": { profile: dev } # later\n`;
  const edit = async (user: ReturnType<typeof homeWith>) => {
    for (const args of [
      ['add', HOST, '--profile', 'platform'],
      ['add', PATTERN, '--profile', 'dev', '--role-arn', ARN],
      ['remove', 'public.ecr.aws'],
    ]) {
      const { status, stderr } = await user.run('rule', ...args, '--yes');
      assert.equal(status, 0, stderr);
    }
  };

  test('byte by byte, where nothing else was written since.', async () => {
    using user = homeWith(TEXT);
    const before = user.files();
    await edit(user);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('rule by rule, where you have written since; and a rule that you have changed stays.', async () => {
    using user = homeWith(TEXT);
    await edit(user);
    const mine = `discover: false\n${user.read(CONFIG)?.replace('profile: platform', 'profile: dev')}`;
    user.write({ [CONFIG]: mine });
    const stdout = await user.succeed('--undo', '--yes');
    assert.match(stdout, new RegExp(`kept the rule for ${HOST}`));
    assert.equal(
      user.read(CONFIG),
      `discover: false\n# mine\nregistries:\n  "${PATTERN}": { profile: dev } # later\n  "${HOST}": { profile: dev }\n  "public.ecr.aws": { profile: dev }\n`,
    );
  });

  test('but a role that you have given another external ID since.', async () => {
    using user = homeWith(TEXT);
    await edit(user);
    const mine = user
      .read(CONFIG)
      ?.replace('source_profile: dev', 'source_profile: dev\n    external_id: mine');
    user.write({ [CONFIG]: `${mine}` });
    const stdout = await user.succeed('--undo', '--yes');
    assert.ok(stdout.includes(`kept the rule for ${PATTERN}`), stdout);
    assert.match(user.read(CONFIG) ?? '', /external_id: mine/);
  });

  test('with those of setup itself.', async () => {
    using user = homeWith(MINE);
    const before = user.files();
    await user.succeed('--yes', '--profile', 'platform');
    assert.equal((await user.run('rule', 'add', PATTERN, '--profile', 'dev', '--yes')).status, 0);
    assert.match(user.read(CONFIG) ?? '', /"444455556666\.dkr\.ecr\.\*\.amazonaws\.com": \{ profile: dev \}/);
    user.write({ [CONFIG]: `${user.read(CONFIG)}# and a comment\n` });
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(CONFIG), `${MINE}# and a comment\n`);
    assert.deepEqual(Object.keys(user.files()), Object.keys(before));
  });
});
