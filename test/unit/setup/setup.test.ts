// `ecr-xacct setup`: what it finds, writes, leaves alone and prints.
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempDisposableSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { printable } from '../../../src/errors.ts';
import {
  AWS_BOTH,
  AWS_ONE,
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

describe('a first setup', () => {
  test('writes a rule for each account and an entry for each registry, readable to the user alone.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    await user.succeed('--yes');
    assert.equal(
      user.read(CONFIG),
      `registries:
  "${PLATFORM}.dkr.ecr.*.amazonaws.com": { profile: platform }
  "${IMAGES}.dkr.ecr.*.amazonaws.com": { profile: images }
`,
    );
    const credHelpers = { [host(PLATFORM)]: 'ecr-xacct', [host(IMAGES, 'eu-central-1')]: 'ecr-xacct' };
    assert.equal(user.read(DOCKER), `${dockerText({ credHelpers })}\n`);
    for (const path of [CONFIG, DOCKER, STATE]) {
      assert.equal(statSync(join(user.home, path)).mode & 0o777, 0o600, path);
      assert.equal(statSync(join(user.home, path, '..')).mode & 0o777, 0o700, path);
    }
  });

  test('says what it did and what to do next, in 80 columns.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    const stdout = await user.succeed('--yes');
    assert.match(
      stdout,
      /\n444455556666 {2}platform {2}us-east-1 {5}SSO, not signed in\n111122223333 {2}images {4}eu-central-1 {2}SSO, not signed in\n/,
    );
    const [, end = ''] = stdout.split('\nDone: ');
    assert.equal(
      end,
      `Docker asks ecr-xacct for the credentials of 2 registries.

What to do next:
  aws sso login --profile platform
  docker pull ${host(PLATFORM)}/NAME:TAG
  ecr-xacct explain ${host(PLATFORM)}

To undo it, run:
  ecr-xacct setup --undo
`,
    );
    for (const line of stdout.split('\n').filter((text) => !text.includes(user.home))) {
      assert.ok(line.length <= 80, line);
    }
  });

  test('says that a profile with an MFA device needs a login before the pull.', async () => {
    const config = `[profile mfa]
role_arn = arn:aws:iam::${PLATFORM}:role/Pull
source_profile = keys
mfa_serial = arn:aws:iam::${PLATFORM}:mfa/me
region = us-east-1
[profile keys]
aws_access_key_id = AKIAFAKE
aws_secret_access_key = s
`;
    using user = makeSetupHome({ '.aws/config': config });
    const stdout = await user.succeed('--yes', '--profile', 'mfa');
    const next = `  ecr-xacct login ${host(PLATFORM)}\n  docker pull ${host(PLATFORM)}/NAME:TAG\n`;
    assert.ok(stdout.includes(`\nWhat to do next:\n${next}`), stdout);
  });

  test('shows new files as a diff from nothing, without colours where there is no terminal.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    const stdout = await user.succeed('--yes');
    assert.ok(
      stdout.includes(`--- /dev/null\n+++ ${join(user.home, CONFIG)}\n@@ -0,0 +1,3 @@\n+registries:\n`),
    );
    assert.ok(!stdout.includes('\u001b'));
  });

  test('once: a second one changes no byte, keeps no second copy, and says so.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ auths: {} }),
      [CONFIG]: '# mine\n',
    });
    await user.succeed('--yes');
    const before = user.files();
    const stdout = await user.succeed('--yes');
    assert.match(stdout, /\n\nNothing to change\.\n$/);
    assert.deepEqual(user.files(), before);
  });

  test('leaves out a profile that no rule can name, says why, and serves the others.', async () => {
    for (const name of ['a'.repeat(257), 'bell\u0007', 'next\u0085']) {
      using user = makeSetupHome({ '.aws/config': ssoProfile(name, '777788889999', 'us-east-1') + AWS_BOTH });
      const { status, stdout, stderr } = await user.setup('--yes');
      assert.equal(status, 0, stderr);
      const shown = printable(name.length > 40 ? `${name.slice(0, 40)}…` : name);
      const said = stdout.replace(/\s+/g, ' ');
      assert.ok(said.includes(`Profiles that are not offered: profile ${shown} cannot be named (`), stdout);
      assert.ok(stdout.includes(`:-vi} ${join(user.home, '.aws/config')}\n`), stdout);
      assert.doesNotMatch(`${user.read(CONFIG)}${user.read(DOCKER)}`, /777788889999/);
      assert.match(user.read(CONFIG) ?? '', /profile: /);
      const byName = await user.setup('--yes', '--profile', name);
      assert.match(byName.stderr, /cannot be named/);
    }
  });

  test('that is dry shows the same and writes nothing.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: '{}' });
    const before = user.files();
    const stdout = await user.succeed('--yes', '--dry-run');
    assert.match(stdout, /\+\t\t"444455556666\.dkr\.ecr\.us-east-1\.amazonaws\.com": "ecr-xacct"/);
    assert.match(stdout, /\nNothing was changed: this was a dry run\.\n$/);
    assert.deepEqual(user.files(), before);
  });

  test('that would have to ask without a terminal is wrong usage, and says which options answer.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    const before = user.files();
    const asks = 'ecr-xacct: there is no terminal to ask on: --yes answers whether to change the files';
    for (const [args, message] of [
      [
        [],
        `${asks}, --profile which accounts and by which profiles (without it all), --region in which regions
To see what would change, run:
  ecr-xacct setup --dry-run
To change it, run:
  ecr-xacct setup --yes`,
      ],
      [
        ['--podman', '--region', '444455556666=us-west-2'],
        `${asks}, --profile which accounts and by which profiles (without it all), --region in which regions
To see what would change, run:
  ecr-xacct setup --region 444455556666=us-west-2 --podman --dry-run
To change it, run:
  ecr-xacct setup --region 444455556666=us-west-2 --podman --yes`,
      ],
      [
        ['--profile', 'two words', '--creds-store'],
        `${asks}\nTo change them, run:\n  ecr-xacct setup --profile 'two words' --creds-store --yes`,
      ],
      [['--undo'], `${asks}\nTo change them, run:\n  ecr-xacct setup --undo --yes`],
    ] as const) {
      const { status, stdout, stderr } = await user.setup(...args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.equal(stderr, `${message}\nSee: ecr-xacct setup --help\n`);
    }
    assert.deepEqual(user.files(), before);
  });

  test('that is dry needs no terminal, and keeps to the options.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    const before = user.files();
    const stdout = await user.succeed('--dry-run', '--profile', 'images');
    assert.match(stdout, /\+ {2}"111122223333\.dkr/);
    assert.doesNotMatch(stdout, /444455556666/);
    assert.deepEqual(user.files(), before);
    await user.succeed('--yes');
    assert.match(await user.succeed('--dry-run', '--undo'), /\nNothing was changed: this was a dry run\.\n$/);
  });

  test('warns if Docker would not find the program, with the command that fixes it, also a second time.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH }, { PATH: '/nowhere' });
    for (const _ of [1, 2]) {
      const { status, stderr } = await user.setup('--yes');
      assert.equal(status, 0);
      const own = join(user.home, 'opt/bin/docker-credential-ecr-xacct');
      assert.match(
        stderr,
        /^\nWarning: Docker does not find docker-credential-ecr-xacct: .*\nTo fix it, run:\n {2}\S/,
      );
      assert.ok(stderr.includes(`ln -s ${own} /usr/local/bin/\n`), stderr);
    }
  });

  test('does not warn of a wrapper of the program, and has no other script replaced.', async () => {
    const NAME = 'docker-credential-ecr-xacct';
    const saying = (version: string) => `#!/bin/sh\necho ${NAME} ${version}\n`;
    using first = makeSetupHome();
    const wrapper = join(first.home, 'opt/bin', NAME);
    using user = makeSetupHome({ '.aws/config': AWS_BOTH }, { PATH: dirname(wrapper), '@all': '1' });
    user.write({ [`opt/bin/${NAME}`]: saying('1.0') });
    first.write({ [`opt/bin/${NAME}`]: saying('1.0') + saying('1.0').replace('echo', '# echo') });
    assert.deepEqual((await user.setup('--yes')).stderr, '');
    first.write({ [`opt/bin/${NAME}`]: saying('0.9') });
    const { stderr } = await user.setup('--yes');
    assert.ok(stderr.endsWith(`${NAME}.\nTo fix it, run:\n  \${EDITOR:-vi} ${wrapper}\n`), stderr);
  });

  test('obeys DOCKER_CONFIG and ECR_XACCT_CONFIG.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH });
    using elsewhere = makeSetupHome();
    const env = {
      HOME: user.home,
      DOCKER_CONFIG: join(elsewhere.home, 'd'),
      ECR_XACCT_CONFIG: `${elsewhere.home}/x/c.yaml`,
    };
    using moved = makeSetupHome({}, env);
    await moved.succeed('--yes');
    assert.deepEqual(
      Object.keys(elsewhere.files())
        .filter((path) => !path.startsWith('opt'))
        .toSorted(),
      ['d/config.json', 'x/c.yaml', 'x/setup.json'],
    );
    assert.equal(user.read(DOCKER), undefined);
  });
});

describe('a file that is there', () => {
  test('keeps its comments, its unknown keys, its formatting and its mode; a copy is kept.', async () => {
    const docker = `{\r\n    "auths": {"index.docker.io": {"auth": "aHVi"}},\r\n    "experimental" : "enabled"\r\n}`;
    const config = `# mine\nregistries:\n    images.example: # kept\n        registry:   ${host(IMAGES)}\n        profile: x\n`;
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: docker, [CONFIG]: config });
    chmodSync(join(user.home, DOCKER), 0o640);
    await user.succeed('--yes');
    assert.equal(
      user.read(DOCKER),
      docker.replace(
        '"enabled"',
        `"enabled",\r\n    "credHelpers": {\r\n        "${host(PLATFORM)}": "ecr-xacct",\r\n        "images.example": "ecr-xacct"\r\n    }`,
      ),
    );
    assert.equal(
      user.read(CONFIG),
      `${config}    "${PLATFORM}.dkr.ecr.*.amazonaws.com": { profile: platform }\n`,
    );
    assert.equal(statSync(join(user.home, DOCKER)).mode & 0o777, 0o640);
    for (const [path, content] of [
      [DOCKER, docker],
      [CONFIG, config],
    ] as const) {
      assert.equal(user.read(`${path}.before-ecr-xacct`), content);
      assert.equal(statSync(join(user.home, `${path}.before-ecr-xacct`)).mode & 0o777, 0o600);
    }
  });

  test('and is a symbolic link stays one; the file behind it is written, also where it is not there yet.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_BOTH, 'dotfiles/docker.json': '{}' });
    mkdirSync(join(user.home, '.docker'));
    mkdirSync(join(user.home, '.config/ecr-xacct'), { recursive: true });
    symlinkSync('../dotfiles/docker.json', join(user.home, DOCKER));
    symlinkSync('../../dotfiles/xacct.yaml', join(user.home, CONFIG));
    await user.succeed('--yes');
    assert.equal(readlinkSync(join(user.home, DOCKER)), '../dotfiles/docker.json');
    assert.ok(lstatSync(join(user.home, CONFIG)).isSymbolicLink());
    assert.match(user.read('dotfiles/docker.json') ?? '', /ecr-xacct/);
    assert.match(user.read('dotfiles/xacct.yaml') ?? '', /profile: platform/);
    await user.succeed('--undo', '--yes');
    assert.equal(user.read('dotfiles/docker.json'), '{}');
    assert.equal(user.read('dotfiles/xacct.yaml'), undefined);
    assert.ok(lstatSync(join(user.home, DOCKER)).isSymbolicLink());
  });

  const broken: [string, string, RegExp][] = [
    [
      DOCKER,
      '{"auths":{',
      /^ecr-xacct: \S+config\.json:1:11: not valid JSON \(\w+\)\nTo fix it, run:\n {2}\$\{EDITOR:-vi\} \S+\n$/,
    ],
    [
      DOCKER,
      '\uFEFF{}',
      /^ecr-xacct: \S+ begins with a byte order mark, which Docker cannot read\nTo fix it, run:\n {2}cp -p .*\nThen run:\n {2}dd .*\n$/,
    ],
    [
      CONFIG,
      'registries: [\n',
      /^ecr-xacct: \S+config\.yaml:\d+:\d+: .*\nTo fix it, run:\n {2}\$\{EDITOR:-vi\} \S+\n$/,
    ],
    [
      STATE,
      '{}',
      /^ecr-xacct: \S+setup\.json is not what "ecr-xacct setup" wrote; .*\nTo start over, run:\n {2}rm \S+\n$/,
    ],
  ];
  for (const [path, content, message] of broken) {
    test(`and is not valid (${path}: ${JSON.stringify(content)}) is an error, and nothing is written.`, async () => {
      using user = makeSetupHome({ '.aws/config': AWS_BOTH, [path]: content });
      const before = user.files();
      const { status, stderr } = await user.setup('--yes');
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.deepEqual(user.files(), before);
    });
  }
});

describe('the entry of another helper', () => {
  test('is taken over, and it is said whose it was.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_BOTH,
      [DOCKER]: dockerText({ credHelpers: { [host(PLATFORM)]: 'ecr-login' } }),
    });
    const stdout = await user.succeed('--yes');
    assert.ok(stdout.includes(`-\t\t"${host(PLATFORM)}": "ecr-login"\n`), stdout);
    assert.match(stdout, /Note: 444455556666\.\S+: before, docker-credential-ecr-login answered for it\n/);
    assert.match(user.read(DOCKER) ?? '', /"444455556666\.\S+": "ecr-xacct"/);
  });
});

test('Old logins of the registries are removed, and no secret of the file is printed.', async () => {
  const auths = {
    [`https://${host(PLATFORM)}`]: { auth: 'canary-1' },
    [`${host(PLATFORM)}/`]: { auth: 'canary-2' },
    'index.docker.io': { auth: 'canary-3', identitytoken: 'canary-4' },
  };
  using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: dockerText({ auths }) });
  const outputs = [await user.succeed('--yes'), user.read(STATE), await user.succeed('--undo', '--yes')];
  assert.match(outputs[0] ?? '', /Note: \S+: 2 old logins are removed\n/);
  for (const output of outputs) assert.doesNotMatch(output ?? '', /canary/);
});

test("A file that is the machine's config can be read by every user, unlike Docker's.", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'machine-'));
  const path = join(folder.path, 'ecr-xacct', 'config.yaml');
  const machine = { ECR_XACCT_CONFIG: path, ECR_XACCT_SYSTEM_CONFIG: path };
  using user = makeSetupHome({ '.aws/config': AWS_ONE }, machine);
  await user.succeed('--yes');
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.equal(statSync(join(folder.path, 'ecr-xacct')).mode & 0o777, 0o755);
  assert.match(user.files()[DOCKER] ?? '', /^600 /);
});
