// `ecr-xacct setup --undo`: the original bytes if nothing else wrote, otherwise only setup's changes are undone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mergeEdits } from '../../../src/setup/state.ts';
import {
  AWS_ONE,
  CONFIG,
  DOCKER,
  dockerText,
  makeSetupHome,
  STATE,
  ssoProfile,
} from '../../support/unit/setup-home.ts';

const HOST = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const OTHER = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const MORE = ssoProfile('images', '111122223333', 'us-east-1');

describe('if nothing else has written since', () => {
  test('the files are as they were before the first of several setups, and nothing of setup is left.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_ONE,
      [DOCKER]: `{ "auths" : {"https://${HOST}/":{"auth":"b2xk"}},\r\n"credHelpers":{"${HOST}":"ecr-login"}}`,
      [CONFIG]: 'registries: {}   # none\n',
    });
    const before = user.files();
    await user.succeed('--yes');
    user.write({ '.aws/config': AWS_ONE + MORE });
    await user.succeed('--yes', '--region', 'eu-west-1');
    user.write({ '.aws/config': AWS_ONE });
    const stdout = await user.succeed('--undo', '--yes');
    assert.match(stdout, /\nDone: everything that setup had changed is taken back\.\n$/);
    assert.deepEqual(user.files(), before);
  });

  test('with --keep-config, config.yaml stays as it is, and all else is taken back.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: 'registries: {}   # none\n' });
    const before = user.files();
    await user.succeed('--yes');
    const config = user.files()[CONFIG];
    const stdout = await user.succeed('--undo', '--keep-config', '--yes');
    assert.match(
      stdout,
      /\nDone: everything that setup had changed is taken back, but \S+config\.yaml, which stays\.\n$/,
    );
    assert.notEqual(config, before[CONFIG]);
    assert.deepEqual(user.files(), { ...before, [CONFIG]: config });
  });

  test('files that were not there are gone.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    const before = user.files();
    await user.succeed('--yes');
    const stdout = await user.succeed('--undo', '--yes');
    assert.ok(stdout.includes(`--- ${join(user.home, DOCKER)}\n+++ /dev/null\n@@ -1,5 +0,0 @@\n`), stdout);
    assert.deepEqual(user.files(), before);
  });

  test('whatever config.json was, it is that again, byte by byte.', async () => {
    const urls = fc.constantFrom(HOST, `https://${HOST}`, `${HOST}/`, OTHER, 'index.docker.io');
    const value = fc.record(
      {
        auths: fc.dictionary(urls, fc.record({ auth: fc.string() }), { noNullPrototype: true }),
        credHelpers: fc.dictionary(urls, fc.constantFrom('ecr-login', 'gcloud'), { noNullPrototype: true }),
        other: fc.jsonValue(),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const text = fc
      .tuple(
        value,
        fc.constantFrom('', ' ', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\n', ' '),
      )
      .map(([json, indent, eol, end]) => JSON.stringify(json, undefined, indent).replaceAll('\n', eol) + end);
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.constantFrom('', '\n')), async (content) => {
        using user = makeSetupHome({ '.aws/config': AWS_ONE + MORE, [DOCKER]: content });
        const before = user.files();
        await user.succeed('--yes');
        const { other } = JSON.parse(user.read(DOCKER) ?? '') as { other?: unknown };
        assert.deepEqual(other, content.trim() === '' ? undefined : JSON.parse(content).other);
        await user.succeed('--undo', '--yes');
        assert.deepEqual(user.files(), before);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the folders', () => {
  const there = (user: ReturnType<typeof makeSetupHome>) =>
    ['.docker', '.config', '.config/ecr-xacct'].filter((path) => existsSync(join(user.home, path)));

  test('that setup made are gone, those of several setups too.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    await user.succeed('--yes');
    user.write({ '.aws/config': AWS_ONE + MORE });
    await user.succeed('--yes', '--podman');
    assert.deepEqual(there(user), ['.docker', '.config', '.config/ecr-xacct']);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(there(user), []);
  });

  test('that were there before stay, though nothing is in them.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    mkdirSync(join(user.home, '.docker'));
    mkdirSync(join(user.home, '.config'));
    await user.succeed('--yes');
    await user.succeed('--undo', '--yes');
    assert.deepEqual(there(user), ['.docker', '.config']);
  });

  test('that have something else in them by now stay.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    await user.succeed('--yes');
    user.write({ '.docker/contexts/mine': '' });
    await user.succeed('--undo', '--yes');
    assert.deepEqual(there(user), ['.docker']);
  });

  test('of config.yaml stay with --keep-config.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    await user.succeed('--yes');
    await user.succeed('--undo', '--keep-config', '--yes');
    assert.deepEqual(there(user), ['.config', '.config/ecr-xacct']);
  });

  test('that a setup made which then failed are gone at once.', async () => {
    // /proc takes no new files, not even from root.
    using user = makeSetupHome({ '.aws/config': AWS_ONE }, { DOCKER_CONFIG: '/proc/ecr-xacct' });
    assert.equal((await user.setup('--yes')).status, 1);
    assert.deepEqual(there(user), []);
  });
});

describe('if something else has written since', () => {
  test('what came meanwhile stays, and our entries, logins and rules are reversed.', async () => {
    const start = {
      auths: { [HOST]: { auth: 'b2xk' }, 'index.docker.io': { auth: 'aHVi' } },
      credHelpers: { [OTHER]: 'ecr-login' },
    };
    using user = makeSetupHome({
      '.aws/config': AWS_ONE + MORE,
      [DOCKER]: dockerText(start),
      [CONFIG]: '# mine\n',
    });
    await user.succeed('--yes');
    // As `docker login` writes: the whole file.
    const now = JSON.parse(user.read(DOCKER) ?? '');
    now.auths['quay.io'] = { auth: 'cXVheQ==' };
    user.write({ [DOCKER]: dockerText(now), [CONFIG]: `${user.read(CONFIG)}discover: false # later\n` });
    await user.succeed('--undo', '--yes');
    assert.deepEqual(JSON.parse(user.read(DOCKER) ?? ''), {
      auths: {
        'index.docker.io': { auth: 'aHVi' },
        'quay.io': { auth: 'cXVheQ==' },
        [HOST]: { auth: 'b2xk' },
      },
      credHelpers: { [OTHER]: 'ecr-login' },
    });
    assert.equal(user.read(CONFIG), '# mine\ndiscover: false # later\n');
    assert.deepEqual(
      Object.keys(user.files()).filter((path) => /before|setup/.test(path)),
      [],
    );
  });

  test('between two setups, it stays, too.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: dockerText({ auths: {} }) });
    await user.succeed('--yes');
    const now = JSON.parse(user.read(DOCKER) ?? '');
    now.auths['quay.io'] = { auth: 'cXVheQ==' };
    user.write({ [DOCKER]: dockerText(now), '.aws/config': AWS_ONE + MORE });
    await user.succeed('--yes');
    await user.succeed('--undo', '--yes');
    assert.equal(user.read(DOCKER), dockerText({ auths: { 'quay.io': { auth: 'cXVheQ==' } } }));
  });

  test('and given a registry to another helper, or a rule to another profile, these stay, and are named.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}' });
    await user.succeed('--yes');
    user.write({
      [DOCKER]: user.read(DOCKER)?.replace('"ecr-xacct"', '"mine"') ?? '',
      [CONFIG]: user.read(CONFIG)?.replace('profile: platform', 'profile: mine') ?? '',
    });
    const [docker, config] = [user.read(DOCKER), user.read(CONFIG)];
    const stdout = await user.succeed('--undo', '--yes');
    assert.deepEqual([user.read(DOCKER), user.read(CONFIG)], [docker, config]);
    assert.match(stdout, /Note: \S+: kept credHelpers\.444455556666\.\S+: it has been changed since\n/);
    assert.match(stdout, /Note: \S+: kept the rule for 444455556666\.\S+: it has been changed since\n/);
    assert.equal(user.read(STATE), undefined);
  });

  test('and removed or restored the files, there is nothing to reverse.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: '# mine\n' });
    await user.succeed('--yes');
    rmSync(join(user.home, DOCKER));
    user.write({ [CONFIG]: '# mine\n' });
    await user.succeed('--undo', '--yes');
    assert.deepEqual([user.read(DOCKER), user.read(CONFIG)], [undefined, '# mine\n']);
    assert.equal(user.read(STATE), undefined);
  });

  test('and removed the files that were there before, they are shown, and brought back from the copies.', async () => {
    const auths = dockerText({ auths: { 'ghcr.io': { auth: 'Z2hjcg==' } } });
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: auths, [CONFIG]: '# mine\n' });
    const before = user.files();
    await user.succeed('--yes');
    rmSync(join(user.home, DOCKER));
    rmSync(join(user.home, CONFIG));
    const stdout = await user.succeed('--undo', '--yes');
    assert.match(stdout, /\n\+\s+"ghcr\.io": \{/);
    assert.match(stdout, /\n\+# mine\n/);
    assert.ok(!stdout.includes('Z2hjcg=='), stdout);
    assert.deepEqual(Object.keys(user.files()), Object.keys(before));
    assert.deepEqual([user.read(DOCKER), user.read(CONFIG)], [auths, '# mine\n']);
  });

  test('and made the files anew, copies with logins and rules that are nowhere else stay, and are named.', async () => {
    const start = {
      [DOCKER]: dockerText({ auths: { 'ghcr.io': { auth: 'Z2hjcg==' }, 'quay.io': {} } }),
      [CONFIG]: 'registries: { public.ecr.aws: { profile: dev } }\n',
    };
    using user = makeSetupHome({ '.aws/config': AWS_ONE, ...start });
    await user.succeed('--yes');
    user.write({ [DOCKER]: '{"auths":{}}', [CONFIG]: 'discover: false\n' });
    const stdout = await user.succeed('--undo', '--yes');
    assert.match(stdout, /Note: \S+: this copy has a login that \S+ no longer has \(ghcr\.io\); it stays\n/);
    assert.match(
      stdout,
      /Note: \S+: this copy has a rule that \S+ no longer has \(public\.ecr\.aws\); it stays\n/,
    );
    for (const [path, text] of Object.entries(start))
      assert.equal(user.read(`${path}.before-ecr-xacct`), text);
  });

  test('and removed config.yaml, its copy stays with --keep-config, and is named.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: '# mine\n' });
    await user.run('rule', 'add', HOST, '--profile', 'platform', '--yes');
    rmSync(join(user.home, CONFIG));
    const stdout = await user.succeed('--undo', '--keep-config', '--yes');
    assert.match(stdout, /Note: \S+\.before-ecr-xacct: this is the only copy of \S+config\.yaml; it stays\n/);
    assert.deepEqual([user.read(CONFIG), user.read(`${CONFIG}.before-ecr-xacct`)], [undefined, '# mine\n']);
  });

  test('and changed a copy, it stays, and is named, whether the file is there or not.', async () => {
    for (const isThere of [true, false]) {
      using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}', [CONFIG]: '# mine\n' });
      await user.succeed('--yes');
      const copies = [DOCKER, CONFIG].map((path) => `${path}.before-ecr-xacct`);
      for (const copy of copies) user.write({ [copy]: 'edited' });
      if (!isThere) for (const path of [DOCKER, CONFIG]) rmSync(join(user.home, path));
      const stdout = await user.succeed('--undo', '--yes');
      for (const copy of copies) {
        assert.equal(user.read(copy), 'edited');
        assert.ok(stdout.includes(`Note: ${join(user.home, copy)}: this copy of `), stdout);
      }
      assert.equal(user.read(STATE), undefined);
    }
  });

  test('and nothing is left in a file that setup made, it is gone; one that was empty before stays.', async () => {
    for (const original of [undefined, '{}']) {
      using user = makeSetupHome({
        '.aws/config': AWS_ONE,
        ...(original === undefined ? {} : { [DOCKER]: original }),
      });
      await user.succeed('--yes');
      user.write({ [DOCKER]: `${user.read(DOCKER)}\n`, [CONFIG]: `\n${user.read(CONFIG)}` });
      await user.succeed('--undo', '--yes');
      assert.equal(user.read(DOCKER)?.trim(), original);
      assert.equal(user.read(CONFIG), undefined);
    }
  });

  test('and broken a file, that is an error, and nothing is written.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    await user.succeed('--yes');
    user.write({ [DOCKER]: '{' });
    const before = user.files();
    const { status, stderr } = await user.setup('--undo', '--yes');
    assert.equal(status, 1);
    assert.match(stderr, /config\.json:1:2: not valid JSON/);
    assert.deepEqual(user.files(), before);
  });
});

test('Where nothing is set up, it says so.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_ONE });
  const stdout = await user.succeed('--undo', '--yes');
  assert.equal(stdout, `Nothing is set up: there is no ${join(user.home, STATE)}.\n`);
});

test('A dry one shows what it would take back, and writes nothing.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_ONE });
  await user.succeed('--yes');
  const before = user.files();
  const stdout = await user.succeed('--undo', '--yes', '--dry-run');
  assert.match(stdout, /-registries:\n[\s\S]*\nNothing was changed: this was a dry run\.\n$/);
  assert.deepEqual(user.files(), before);
});

test('It goes with no option that says what to set up.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_ONE });
  for (const option of [['--podman'], ['--creds-store'], ['--profile', 'x'], ['--region', 'us-east-1']]) {
    const { status, stderr } = await user.setup('--undo', '--yes', ...option);
    assert.equal(status, 2);
    assert.match(stderr, /^ecr-xacct: option '--undo' cannot be used with option /);
  }
});

test('A copy that is not ours is never overwritten: ours gets another name.', async () => {
  const copy = `${DOCKER}.before-ecr-xacct`;
  using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}', [copy]: 'precious' });
  await user.succeed('--yes');
  assert.deepEqual([user.read(copy), user.read(`${copy}-2`)], ['precious', '{}']);
  await user.succeed('--undo', '--yes');
  assert.deepEqual(
    [user.read(copy), user.read(`${copy}-2`), user.read(DOCKER)],
    ['precious', undefined, '{}'],
  );
});

test('What was there first is what counts, unless it changed between two setups.', () => {
  const path = ['credHelpers', HOST];
  const first = [{ path, now: 'ecr-xacct', was: 'ecr-login' }];
  const again = [{ path, now: 'newer', was: 'ecr-xacct' }];
  assert.deepEqual(mergeEdits(first, again), [{ path, now: 'newer', was: 'ecr-login' }]);
  const changed = [{ path, now: 'ecr-xacct', was: 'mine' }];
  assert.deepEqual(mergeEdits(first, changed), changed);
  const other = [{ path: ['credHelpers', OTHER], now: 'ecr-xacct', was: null }];
  assert.deepEqual(mergeEdits(first, other), [...first, ...other]);
});

describe('a rule with a role that was changed by `rule add`', () => {
  const was = `registries:\n  "${HOST}": { source_profile: platform, role_arn: "arn:aws:iam::444455556666:role/Was" }\n`;
  const change = async (user: ReturnType<typeof makeSetupHome>) => {
    const role = 'arn:aws:iam::444455556666:role/Now';
    const { status, stderr } = await user.run(
      ...['rule', 'add', HOST, '--role-arn', role, '--profile', 'platform', '--yes'],
    );
    assert.equal(status, 0, stderr);
  };

  test('is as before, in whatever order its settings were.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: was });
    await change(user);
    user.write({ [CONFIG]: `${user.read(CONFIG)}# a remark\n` });
    await user.succeed('--undo', '--yes');
    assert.match(user.read(CONFIG) ?? '', /role\/Was/);
  });

  test('and then by its user stays, and so does the copy with the first one.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [CONFIG]: was });
    await change(user);
    const edited = user.read(CONFIG)?.replace('role/Now', 'role/Own') ?? '';
    user.write({ [CONFIG]: edited });
    const stdout = await user.succeed('--undo', '--yes');
    assert.equal(user.read(CONFIG), edited);
    const copy = Object.entries(user.files()).find(([path]) => path.includes('before-ecr-xacct'));
    assert.match(copy?.[1] ?? '', /role\/Was/, stdout);
  });
});
