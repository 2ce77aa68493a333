// The accounts, profiles, regions and rules that `ecr-xacct setup` chooses without questions.
import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { findAccounts } from '../../../src/setup/accounts.ts';
import { chooseRegistries } from '../../../src/setup/choose-registries.ts';
import { standingOf } from '../../../src/setup/standing.ts';
import {
  AWS_BOTH,
  AWS_ONE,
  CONFIG,
  DOCKER,
  dockerText,
  helperHosts,
  host,
  IMAGES,
  makeSetupHome,
  PLATFORM,
  ssoProfile,
} from '../../support/unit/setup-home.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

describe('of several profiles of an account', () => {
  const SEVERAL =
    ssoProfile('readonly', PLATFORM, 'us-east-1') +
    ssoProfile('admin', PLATFORM, 'eu-west-1') +
    ssoProfile('images', IMAGES, 'eu-central-1');

  test('the first of the file is taken, and the regions of all.', async () => {
    using user = makeSetupHome({ '.aws/config': SEVERAL });
    await user.succeed('--yes');
    assert.match(
      user.read(CONFIG) ?? '',
      /"444455556666\.dkr\.ecr\.\*\.amazonaws\.com": \{ profile: readonly \}/,
    );
    assert.deepEqual(helperHosts(user.read(DOCKER)), [
      host(PLATFORM),
      host(PLATFORM, 'eu-west-1'),
      host(IMAGES, 'eu-central-1'),
    ]);
  });

  test('the one that is named is taken, and no account that is not.', async () => {
    using user = makeSetupHome({ '.aws/config': SEVERAL });
    await user.succeed('--yes', '--profile', 'admin');
    assert.equal(
      user.read(CONFIG),
      `registries:\n  "${PLATFORM}.dkr.ecr.*.amazonaws.com": { profile: admin }\n`,
    );
  });

  test('two that are named are a contradiction.', async () => {
    using user = makeSetupHome({ '.aws/config': SEVERAL });
    const { status, stderr } = await user.setup('--yes', '--profile', 'admin', '--profile', 'readonly');
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^ecr-xacct: profiles admin and readonly are both of account 444455556666; name one\n/,
    );
  });

  test('one that is mistyped is refused, with the command for the one that was meant.', async () => {
    using user = makeSetupHome({ '.aws/config': SEVERAL });
    const { status, stderr } = await user.setup('--yes', '--profile', 'amdin');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^ecr-xacct: there is no profile amdin in \S+ or \S+\nDid you mean admin\?\n {2}ecr-xacct setup --profile admin --yes\n$/,
    );
  });

  test('one without credentials is refused, with the command that adds them.', async () => {
    using user = makeSetupHome({ '.aws/config': `${SEVERAL}[profile bare]\nregion = us-east-1\n` });
    const { status, stderr } = await user.setup('--yes', '--profile', 'bare');
    assert.equal(status, 1);
    assert.equal(
      stderr,
      'ecr-xacct: profile bare has no credentials\nTo fix it, run:\n  aws configure --profile bare\n',
    );
  });
});

describe('the regions', () => {
  const PLAIN = ssoProfile('platform', PLATFORM);

  test('are those of --region (several, or with commas) and of the profiles, and none of the environment.', async () => {
    using user = makeSetupHome(
      { '.aws/config': PLAIN + ssoProfile('more', PLATFORM, 'sa-east-1') },
      {
        AWS_REGION: 'ca-central-1',
        AWS_DEFAULT_REGION: 'eu-north-1',
      },
    );
    await user.succeed('--yes', '--region', 'us-east-1,us-west-2', '--region', 'ap-southeast-2');
    assert.deepEqual(
      helperHosts(user.read(DOCKER)).toSorted(),
      ['ap-southeast-2', 'sa-east-1', 'us-east-1', 'us-west-2'].map((r) => host(PLATFORM, r)),
    );
  });

  test("are those of the account's registries that Docker knows already, in whatever spelling and form.", async () => {
    const dualStack = `${PLATFORM}.dkr-ecr.eu-west-1.on.aws`;
    const auths = { [`https://${host(PLATFORM)}/`]: {}, [host('999999999999')]: {} };
    using user = makeSetupHome({
      '.aws/config': PLAIN,
      [DOCKER]: dockerText({ auths, credHelpers: { [dualStack]: 'ecr-login' } }),
    });
    await user.succeed('--yes');
    assert.deepEqual(helperHosts(user.read(DOCKER)), [dualStack, host(PLATFORM)]);
    assert.match(
      user.read(CONFIG) ?? '',
      /"444455556666\.dkr-ecr\.eu-west-1\.on\.aws": \{ profile: platform \}/,
    );
  });

  test("of one account are no other's: an account without one is left out, with the command that adds it.", async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH + ssoProfile('none', '777788889999') + ssoProfile('china', '999988887777'),
    });
    const shown = await user.succeed('--yes');
    assert.ok(
      shown.includes(`
Left out:
  no region is known for 777788889999 (none), 999988887777 (china)
    To add them (us-east-1 is an example), run:
      ecr-xacct setup --yes --region 777788889999=us-east-1 --region 999988887777=us-east-1
`),
      shown,
    );
    assert.deepEqual(helperHosts(user.read(DOCKER)), [host(PLATFORM), host(IMAGES, 'eu-central-1')]);
    await user.succeed('--yes', '--region', '777788889999=sa-east-1,eu-west-1', '--region', 'us-west-2');
    assert.deepEqual(
      helperHosts(user.read(DOCKER)).slice(2).toSorted(),
      [
        host(IMAGES, 'us-west-2'),
        host(PLATFORM, 'us-west-2'),
        host('777788889999', 'eu-west-1'),
        host('777788889999', 'sa-east-1'),
        host('777788889999', 'us-west-2'),
        host('999988887777', 'us-west-2'),
      ].toSorted(),
    );
  });

  test('that no account has are wrong usage, and nothing is written.', async () => {
    using user = makeSetupHome({ '.aws/config': ssoProfile('none', '777788889999') });
    const before = user.files();
    const { status, stderr } = await user.setup('--profile', 'none', '--dry-run');
    assert.equal(status, 2);
    assert.equal(
      stderr,
      `ecr-xacct: no region is known for 777788889999 (none)
To add it (us-east-1 is an example), run:
  ecr-xacct setup --profile none --dry-run --region 777788889999=us-east-1
See: ecr-xacct setup --help
`,
    );
    assert.deepEqual(user.files(), before);
  });

  const wrong: [string, RegExp][] = [
    ['us-east1', /Write a region like us-east-1\. Did you mean us-east-1\?\n/],
    ['444455556666=EU_CENTRAL_1', /Write a region like us-east-1\. Did you mean eu-central-1\?\n/],
    ['us-east-1,mars', /Write a region like us-east-1\.\n/],
    ['44445555666=us-east-1', /Write REGION, or ACCOUNT=REGION, as in 444455556666=us-east-1\.\n/],
    ['platform=us-east-1', /Write REGION, or ACCOUNT=REGION, as in 444455556666=us-east-1\.\n/],
    ['444455556666=', /Write a region like us-east-1\.\n/],
    ['444455556666=us-east-1=eu-west-1', /Write a region like us-east-1\.\n/],
  ];
  for (const [value, message] of wrong) {
    test(`as in --region ${value} are wrong usage.`, async () => {
      using user = makeSetupHome({ '.aws/config': PLAIN });
      const { status, stderr } = await user.setup('--yes', '--region', value);
      assert.equal(status, 2);
      assert.ok(
        stderr.startsWith(`ecr-xacct: option '--region <region>' argument '${value}' is invalid. `),
        stderr,
      );
      assert.match(stderr, message);
    });
  }

  const refused: [string, readonly string[], string][] = [
    ['no account here', ['999999999999=us-east-1'], 'no profile here is of that account'],
    ['another partition', [`${PLATFORM}=cn-north-1`], 'that account is in aws, and cn-north-1 in aws-cn'],
    [
      'an account that is not named',
      [`${IMAGES}=us-east-1`, '--profile', 'platform'],
      'no --profile is of that account; images is',
    ],
  ];
  for (const [what, args, message] of refused) {
    test(`of ${what} are wrong usage.`, async () => {
      using user = makeSetupHome({ '.aws/config': AWS_BOTH });
      const { status, stderr } = await user.setup('--yes', '--region', ...args);
      assert.deepEqual([status, stderr.split('\n')[0]], [2, `ecr-xacct: --region ${args[0]}: ${message}`]);
    });
  }

  test('that are written like one, but are none that is known, are taken, and asked about.', async () => {
    using user = makeSetupHome({ '.aws/config': PLAIN });
    const stdout = await user.succeed('--yes', '--region', 'us-esat-1');
    assert.match(stdout, /Note: region us-esat-1 is not known to this version; did you mean us-east-1\?\n/);
    assert.deepEqual(helperHosts(user.read(DOCKER)), [host(PLATFORM, 'us-esat-1')]);
  });
  test('in ~/.aws/config, too', async () => {
    using user = makeSetupHome({ '.aws/config': ssoProfile('platform', PLATFORM, 'us-esat-1') });
    const stdout = await user.succeed('--yes');
    assert.match(stdout, /Note: region us-esat-1 is not known to this version; did you mean us-east-1\?\n/);
  });
});

test('An account of another partition gets the hostnames of that, and no region of others.', async () => {
  const role = (partition: string, account: string) =>
    `role_arn = arn:${partition}:iam::${account}:role/Pull\nsource_profile = keys\n`;
  using user = makeSetupHome({
    '.aws/credentials': '[keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n',
    '.aws/config': `[profile gov]
${role('aws-us-gov', '222222222222')}
[profile china]
${role('aws-cn', '333333333333')}region = cn-north-1
[profile sovereign]
${role('aws-eusc', '555555555555')}region = eusc-de-east-1
[profile gov-sso]
sso_session = gov
sso_account_id = 666666666666
sso_role_name = Developer
[sso-session gov]
sso_start_url = https://gov.example/start
sso_region = us-gov-east-1
[profile plain]
${role('aws', PLATFORM)}
`,
  });
  await user.succeed('--yes', '--region', 'us-east-1,us-gov-west-1,cn-northwest-1');
  assert.deepEqual(helperHosts(user.read(DOCKER)), [
    '222222222222.dkr.ecr.us-gov-west-1.amazonaws.com',
    '333333333333.dkr.ecr.cn-north-1.amazonaws.com.cn',
    '333333333333.dkr.ecr.cn-northwest-1.amazonaws.com.cn',
    '555555555555.dkr.ecr.eusc-de-east-1.amazonaws.eu',
    '666666666666.dkr.ecr.us-gov-west-1.amazonaws.com',
    host(PLATFORM),
  ]);
  for (const suffix of [
    '2.dkr.ecr.*.amazonaws.com"',
    '3.dkr.ecr.*.amazonaws.com.cn"',
    '5.dkr.ecr.*.amazonaws.eu"',
  ]) {
    assert.ok(user.read(CONFIG)?.includes(suffix), suffix);
  }
});

describe("a profile's account", () => {
  test('that only AWS knows is left to the user, who is told.', async () => {
    using user = makeSetupHome({
      '.aws/config': `${AWS_BOTH}[profile tool]\ncredential_process = /bin/tool\nregion = us-east-1\n[default]\nregion = us-east-1\n`,
      '.aws/credentials': '[keys]\naws_access_key_id = AKIA\naws_secret_access_key = canary\n',
    });
    const stdout = await user.succeed('--yes');
    for (const [name, command] of [
      ['tool', 'aws sts get-caller-identity --profile tool'],
      ['keys', 'aws sts get-caller-identity --profile keys'],
    ]) {
      const why = new RegExp(
        `\\n {2}profile ${name} does not say its account \\(no role_arn, no sso_account_id\\), nor\\n {2}does AWS: [^]*?\\n {4}To see why, run:\\n {6}${command}\\n`,
      );
      assert.match(stdout, why);
    }
    assert.doesNotMatch(stdout, /default|canary/);
  });

  test('that AWS says counts like one in the settings; a nonsensical answer does not.', async () => {
    const keys = (name: string) => `[${name}]\naws_access_key_id = AKIA\naws_secret_access_key = x\n`;
    const profiles = profilesFrom('', ['one', 'two', 'odd', 'lost'].map(keys).join(''));
    const answers: Record<string, string> = { one: PLATFORM, two: PLATFORM, odd: 'nonsense' };
    const asked: string[] = [];
    const { accounts, states, leftOut } = await findAccounts(profiles, { env: {}, now: 0 }, async (name) => {
      asked.push(name);
      return answers[name] ?? new XacctError('credentials-invalid', 'AWS does not know them');
    });
    assert.deepEqual(asked, ['one', 'two', 'odd', 'lost']);
    assert.deepEqual(
      accounts.map(({ id, profiles: names }) => [id, names]),
      [[PLATFORM, ['one', 'two']]],
    );
    assert.deepEqual(
      [...states],
      [
        ['one', 'access key'],
        ['two', 'access key'],
      ],
    );
    const unknown = (name: string) =>
      `profile ${name} does not say its account (no role_arn, no sso_account_id), nor does AWS`;
    assert.deepEqual(
      [...leftOut].map(([name, { message }]) => [name, message]),
      [
        ['odd', unknown('odd')],
        ['lost', `${unknown('lost')}: AWS does not know them`],
      ],
    );
  });

  test('is nowhere to be found: that is an error.', async () => {
    using user = makeSetupHome({ '.aws/config': '[default]\nregion = us-east-1\n' });
    const { status, stderr } = await user.setup('--yes');
    assert.equal(status, 1);
    assert.equal(stderr, 'ecr-xacct: no profile has credentials\nTo fix it, run:\n  aws configure sso\n');
  });

  test('is known to AWS alone, which does not say it: that is an error, too, with the command that shows why.', async () => {
    const run = command`aws sts get-caller-identity --profile lost`;
    const unknown = new XacctError('profile-incomplete', 'profile lost is of no account', {
      hint: { say: 'to see why', run },
    });
    const leftOut = new Map([
      ['lost', unknown],
      ['odd', unknown],
    ]);
    const wishes = { profiles: [], regions: { all: [], of: new Map() } };
    const standing = standingOf(emptyConfig(undefined), [], false, []);
    await assert.rejects(
      chooseRegistries(
        { accounts: [], states: new Map(), signIns: new Map(), leftOut },
        wishes,
        standing,
        undefined,
      ),
      {
        code: 'no-identity',
        message: 'no profile is of an AWS account: profile lost is of no account (and 1 more like it)',
        hint: { say: 'to see why', run },
      },
    );
  });
});

describe("a rule of the machine's config", () => {
  test("stays in force for its hostname, is said to, and is no rule of the user's own.", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'system-config-'));
    const system = join(folder.path, 'config.yaml');
    writeFileSync(system, `registries:\n  ${host(PLATFORM, 'us-east-1')}: { profile: mine }\n`);
    const aws = { '.aws/config': ssoProfile('platform', PLATFORM, 'us-east-1') };
    using user = makeSetupHome(aws, { ECR_XACCT_SYSTEM_CONFIG: system });
    const stdout = await user.succeed('--yes', '--region', 'eu-west-1');
    // A rule for the whole account would come before it.
    const own = `registries:\n  "${host(PLATFORM, 'eu-west-1')}": { profile: platform }\n`;
    assert.equal(user.read(CONFIG), own);
    const note = `Note: ${host(PLATFORM, 'us-east-1')}: kept the rule in ${system}:2, profile mine\n`;
    assert.ok(stdout.includes(note), stdout);
    const removed = await user.run('rule', 'remove', host(PLATFORM, 'us-east-1'), '--yes');
    assert.equal(removed.status, 2);
    assert.ok(removed.stderr.includes(`${system}:2 has it`), removed.stderr);
  });

  test('gives way where its account is picked by a profile.', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'system-config-'));
    const system = join(folder.path, 'config.yaml');
    writeFileSync(system, `registries:\n  "${PLATFORM}.dkr.ecr.*.amazonaws.com": { profile: mine }\n`);
    const aws = { '.aws/config': ssoProfile('platform', PLATFORM, 'us-east-1') };
    using user = makeSetupHome(aws, { ECR_XACCT_SYSTEM_CONFIG: system });
    await user.succeed('--yes', '--profile', 'platform');
    const own = `registries:\n  "${PLATFORM}.dkr.ecr.*.amazonaws.com": { profile: platform }\n`;
    assert.equal(user.read(CONFIG), own);
  });
});

describe("a rule of the user's", () => {
  const rows: { rule: string; added: string[] }[] = [
    { rule: `${PLATFORM}.dkr.ecr.*.amazonaws.com`, added: [] },
    { rule: `${PLATFORM}.*.*.*`, added: [] },
    { rule: host(PLATFORM), added: [`${PLATFORM}.dkr.ecr.*.amazonaws.com`] },
    { rule: '*.dkr.ecr.us-east-1.amazonaws.com', added: [host(PLATFORM, 'eu-west-1')] },
    { rule: '*.*.*.*', added: [] },
  ];
  for (const { rule, added } of rows) {
    test(`for ${rule} stays in force, and is said to.`, async () => {
      const config = `registries:\n  "${rule}": { profile: mine }\n`;
      using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: config });
      const stdout = await user.succeed('--yes', '--region', 'eu-west-1');
      assert.equal(
        user.read(CONFIG),
        config + added.map((key) => `  "${key}": { profile: platform }\n`).join(''),
      );
      assert.ok(
        stdout.includes(
          `Note: ${host(PLATFORM)}: kept the rule in ${join(user.home, CONFIG)}:2, profile mine\n`,
        ),
        stdout,
      );
    });
  }
});
