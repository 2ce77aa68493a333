// A second `ecr-xacct setup`: the present configuration is preselected, and can be changed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../src/config/load.ts';
import { parseDockerConfig } from '../../../src/docker/docker-config.ts';
import { findAccounts } from '../../../src/setup/accounts.ts';
import { type Asker, chooseRegistries, type Wishes } from '../../../src/setup/choose-registries.ts';
import { type Standing, standingOf } from '../../../src/setup/standing.ts';
import {
  CONFIG,
  DOCKER,
  dockerText,
  host,
  IMAGES,
  makeSetupHome,
  PLATFORM,
  STATE,
  ssoProfile,
} from '../../support/unit/setup-home.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const TOOLS = '777788889999';
const key = (account: string) => `${account}.dkr.ecr.*.amazonaws.com`;

const AWS =
  ssoProfile('readonly', PLATFORM, 'us-east-1') +
  ssoProfile('admin', PLATFORM) +
  ssoProfile('images', IMAGES, 'us-east-1');

/** The present configuration, from the texts of the files. */
function standing({
  config = '',
  docker = {},
  declined = [],
}: {
  config?: string;
  docker?: object;
  declined?: string[];
}): Standing {
  const text = JSON.stringify(docker);
  const target = {
    path: DOCKER,
    before: undefined,
    text,
    config: parseDockerConfig(text, DOCKER),
    detectedStore: undefined,
    isLoginsOnly: false,
  };
  return standingOf(parseConfig(config, CONFIG), [target], false, declined);
}

const NO_WISHES: Wishes = { profiles: [], regions: { all: [], of: new Map() } };
const found = () =>
  findAccounts(
    profilesFrom(AWS + ssoProfile('tools', TOOLS, 'us-east-1'), ''),
    { env: {}, now: 0 },
    async () => '',
  );

/** Records what is preselected, and gives these answers. */
function answering(accounts: readonly string[], profile?: string) {
  const shown: unknown[] = [];
  const asker: Asker = {
    accounts: async (_, chosen) => {
      shown.push([...chosen]);
      return accounts;
    },
    profile: async ({ id }, _, current) => {
      shown.push([id, current]);
      return profile ?? current ?? '';
    },
    regions: async () => assert.fail('every account has a region'),
  };
  return { shown, asker };
}

const RULES = `registries:
  "${key(PLATFORM)}": { profile: admin }
  "${key(IMAGES)}": { profile: images }
`;
const SERVED = { credHelpers: { [host(PLATFORM)]: 'ecr-xacct', [host(IMAGES)]: 'ecr-xacct' } };

describe('what is chosen already', () => {
  const rows: { what: string; of: Parameters<typeof standing>[0]; chosen: string[] }[] = [
    { what: 'at the first time is everything', of: {}, chosen: [PLATFORM, IMAGES, TOOLS] },
    {
      what: 'is what Docker asks us for',
      of: { config: RULES, docker: SERVED },
      chosen: [PLATFORM, IMAGES],
    },
    {
      what: 'is what has a rule, where we are the store',
      of: { config: RULES, docker: { credsStore: 'ecr-xacct' } },
      chosen: [PLATFORM, IMAGES],
    },
    {
      what: 'is nothing of another helper: all is new then',
      of: { config: RULES, docker: { credHelpers: { [host(PLATFORM)]: 'ecr-login' } } },
      chosen: [PLATFORM, IMAGES, TOOLS],
    },
    { what: 'is nothing that was deselected', of: { declined: [IMAGES] }, chosen: [PLATFORM, TOOLS] },
    {
      what: 'is read from names in any case',
      of: { config: RULES, docker: { CredHelpers: { [host(IMAGES)]: 'ecr-xacct' } } },
      chosen: [IMAGES],
    },
  ];
  for (const { what, of, chosen } of rows) {
    test(`${what}.`, async () => {
      const { shown, asker } = answering([PLATFORM]);
      await chooseRegistries(await found(), NO_WISHES, standing(of), asker);
      assert.deepEqual(shown[0], chosen);
    });
  }

  test('is the profile of the rule, which stays where it is chosen again.', async () => {
    const { shown, asker } = answering([PLATFORM, IMAGES]);
    const { accounts, dropped, declined } = await chooseRegistries(
      await found(),
      NO_WISHES,
      standing({ config: RULES, docker: SERVED }),
      asker,
    );
    assert.deepEqual(shown[1], [PLATFORM, 'admin']);
    assert.deepEqual(
      accounts.map(({ profile, isPicked }) => [profile, isPicked]),
      [
        ['admin', false],
        ['images', false],
      ],
    );
    assert.deepEqual([dropped, declined], [[], [TOOLS]]);
  });

  test('is that of the rule for all regions where a rule for one has another.', async () => {
    const config = `${RULES}  "${host(PLATFORM)}": { profile: readonly }\n`;
    const { shown, asker } = answering([PLATFORM]);
    await chooseRegistries(await found(), NO_WISHES, standing({ config, docker: SERVED }), asker);
    assert.deepEqual(shown[1], [PLATFORM, 'admin']);
  });

  test('is offered beside the profiles where it is none of them.', async () => {
    const config = `registries: { "${key(IMAGES)}": { profile: mine } }`;
    const { shown, asker } = answering([IMAGES]);
    await chooseRegistries(await found(), NO_WISHES, standing({ config, docker: SERVED }), asker);
    assert.deepEqual(shown[1], [IMAGES, 'mine']);
  });

  test('is dropped where it is deselected, and comes back where it is selected again.', async () => {
    const of = { config: RULES, docker: SERVED, declined: [TOOLS] };
    const { asker } = answering([TOOLS, PLATFORM]);
    const { dropped, declined } = await chooseRegistries(await found(), NO_WISHES, standing(of), asker);
    assert.deepEqual([dropped, declined], [[IMAGES], [IMAGES]]);
  });
});

describe('another profile', () => {
  test('comes in the place of the present one, and nothing else changes; undo brings back the first bytes.', async () => {
    const config = `# mine
registries:
    "${key(PLATFORM)}":   # the platform
        profile:   'readonly'   # for now
        region: us-east-1
discover: false
`;
    using user = makeSetupHome({ '.aws/config': AWS, [CONFIG]: config, [DOCKER]: '{}' });
    const before = user.files();
    const first = await user.succeed('--yes');
    assert.doesNotMatch(first, /admin/);
    const set = user.read(CONFIG) ?? '';
    const stdout = await user.succeed('--yes', '--profile', 'admin');
    assert.match(
      stdout,
      /\n- {8}profile: {3}'readonly' {3}# for now\n\+ {8}profile: {3}admin {3}# for now\n/,
    );
    assert.equal(user.read(CONFIG), set.replace("'readonly'", 'admin'));
    assert.match(await user.succeed('--yes', '--profile', 'admin'), /\nNothing to change\.\n$/);
    assert.match(await user.succeed('--yes'), /\nNothing to change\.\n$/);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('comes in the place of one that two rules share by an alias, and registries may be null.', async () => {
    const [east, west] = [host(PLATFORM), host(PLATFORM, 'eu-west-1')];
    const config = `registries:\n  "${east}": &a { profile: readonly }\n  "${west}": *a\n`;
    using user = makeSetupHome({ '.aws/config': AWS, [CONFIG]: config });
    await user.succeed('--yes', '--profile', 'admin');
    assert.match(
      user.read(CONFIG) ?? '',
      /east-1\.\S+: &a \{ profile: admin \}\n.*west-1\.\S+: \{ profile: admin \}\n/,
    );
    user.write({ [CONFIG]: 'registries: ~\n' });
    await user.succeed('--yes', '--profile', 'admin', '--region', 'us-east-1');
    assert.equal(user.read(CONFIG), `registries:\n  "${key(PLATFORM)}": { profile: admin }\n`);
  });

  test('is taken back to the first one where others have written since, and the rule that setup made is gone.', async () => {
    const config = `registries:\n  "${key(PLATFORM)}": { profile: readonly }\n`;
    using user = makeSetupHome({ '.aws/config': AWS, [CONFIG]: config });
    await user.succeed('--yes');
    await user.succeed('--yes', '--profile', 'admin');
    user.write({ [CONFIG]: `# later\n${user.read(CONFIG)}` });
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(CONFIG), `# later\n${config}`);
  });

  test('is a rule of its own where the present one is for other accounts, too.', async () => {
    const config = `registries:\n  "*.dkr.ecr.us-east-1.amazonaws.com": { profile: readonly }\n`;
    using user = makeSetupHome({ '.aws/config': AWS, [CONFIG]: config });
    await user.succeed('--yes', '--profile', 'admin');
    assert.equal(user.read(CONFIG), `${config}  "${key(PLATFORM)}": { profile: admin }\n`);
  });

  test('is none for a rule that goes by a role: that one stays, and is named.', async () => {
    const config = `registries:
  "${key(PLATFORM)}": { role_arn: "arn:aws:iam::${PLATFORM}:role/Pull", source_profile: readonly }
`;
    using user = makeSetupHome({ '.aws/config': AWS, [CONFIG]: config });
    const stdout = await user.succeed('--yes', '--profile', 'admin');
    assert.equal(user.read(CONFIG), config);
    assert.match(
      stdout,
      /Note: 444455556666\S+: kept the rule in \S+:2, role arn:aws:iam::444455556666:role\/Pull\n/,
    );
  });
});

describe('an account that was deselected', () => {
  const declined = (user: ReturnType<typeof makeSetupHome>, ids: string[]) => {
    const state = JSON.parse(user.read(STATE) ?? '');
    user.write({ [STATE]: JSON.stringify({ ...state, declined: ids }) });
  };

  test('is not brought back by --yes, which says how to; by its name it is.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS });
    await user.succeed('--yes', '--profile', 'admin');
    declined(user, [IMAGES]);
    const before = user.files();
    const stdout = await user.succeed('--yes');
    assert.ok(
      stdout.includes(`
Left out:
  deselected earlier: ${IMAGES} (images)
    To serve it again, run:
      ecr-xacct setup --yes --profile images
`),
      stdout,
    );
    assert.match(stdout, /\nNothing to change\.\n$/);
    assert.deepEqual(user.files(), before);
    await user.succeed('--yes', '--profile', 'images');
    assert.match(user.read(DOCKER) ?? '', new RegExp(IMAGES));
    assert.deepEqual(JSON.parse(user.read(STATE) ?? '').declined, []);
  });

  test('of a state that an earlier version wrote is none.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS });
    await user.succeed('--yes', '--profile', 'admin');
    const { folders: _, declined: __, ...earlier } = JSON.parse(user.read(STATE) ?? '');
    user.write({ [STATE]: JSON.stringify(earlier) });
    await user.succeed('--yes');
    assert.match(user.read(DOCKER) ?? '', new RegExp(IMAGES));
  });
});

describe('to be the credsStore instead', () => {
  const many = Array.from({ length: 9 }, (_, index) => `11112222333${index}`);
  const profiles = many.map((id, index) => ssoProfile(`p${index}`, id, 'us-east-1')).join('');

  test('is suggested for many registries, with the whole command; then their entries are gone.', async () => {
    using user = makeSetupHome({
      '.aws/config': profiles,
      [DOCKER]: dockerText({ auths: {}, credsStore: 'desktop' }),
    });
    const stdout = await user.succeed('--yes', '--region', 'eu-west-1');
    const command = 'ecr-xacct setup --region eu-west-1 --yes --creds-store';
    assert.match(stdout, /\nDocker now has 18 credHelpers\. A classic "docker build"/);
    assert.match(stdout, /The present credsStore, desktop, keeps answering/);
    assert.ok(stdout.endsWith(`\nTo change to that, run:\n  ${command}\n`), stdout);
    await user.succeed(...command.split(' ').slice(2));
    assert.equal(user.read(DOCKER), dockerText({ auths: {}, credsStore: 'ecr-xacct' }));
    assert.doesNotMatch(await user.succeed('--yes'), /A classic/);
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(DOCKER), dockerText({ auths: {}, credsStore: 'desktop' }));
  });

  test('is no command where no store could answer for the others, and no subject for a few registries.', async () => {
    const login = dockerText({ auths: { 'index.docker.io': { auth: 'x' } } });
    using user = makeSetupHome({ '.aws/config': profiles, [DOCKER]: login });
    const stdout = await user.succeed('--yes');
    assert.match(stdout, /\nDocker now has 9 credHelpers\.[\s\S]* needs another credential store first/);
    assert.doesNotMatch(stdout, /--creds-store/);
    using few = makeSetupHome({ '.aws/config': AWS });
    assert.doesNotMatch(await few.succeed('--yes'), /A classic/);
  });
});
