// `ecr-xacct setup --podman`: podman's auth.json, or a drop-in of registries.conf, and how they are undone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AWS_ONE, CONFIG, DOCKER, dockerText, makeSetupHome } from '../../support/unit/setup-home.ts';

const HOST = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const AUTH = '.config/containers/auth.json';
const LOGINS = 'run/containers/auth.json';
const CONF = '.config/containers/registries.conf';
const DROP_INS = '.config/containers/registries.conf.d';
const DROP_IN = `${DROP_INS}/50-ecr-xacct.conf`;

describe('without --creds-store', () => {
  test("the entries go into the auth.json that outlives a reboot, and Docker's file is left alone.", async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}' });
    const before = user.files();
    const stdout = await user.succeed('--yes', '--podman');
    assert.equal(user.read(AUTH), `${dockerText({ credHelpers: { [HOST]: 'ecr-xacct' } })}\n`);
    assert.match(user.read(CONFIG) ?? '', /profile: platform/);
    assert.equal(user.read(DOCKER), '{}');
    assert.match(stdout, /\nDone: podman asks [\s\S]*\n {2}podman pull 444455556666\./);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('an old login in the file that is read first is removed, and is back after undo.', async () => {
    const auths = {
      [HOST]: { auth: 'canary' },
      [`${HOST}/team`]: { auth: 'canary' },
      'quay.io': { auth: 'canary' },
    };
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [LOGINS]: dockerText({ auths }) });
    const before = user.files();
    const stdout = await user.succeed('--yes', '--podman');
    assert.deepEqual(JSON.parse(user.read(LOGINS) ?? ''), { auths: { 'quay.io': { auth: 'canary' } } });
    assert.doesNotMatch(stdout, /canary/);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('REGISTRY_AUTH_FILE is the only file.', async () => {
    using elsewhere = makeSetupHome();
    const file = join(elsewhere.home, 'only.json');
    using user = makeSetupHome(
      { '.aws/config': AWS_ONE, [LOGINS]: dockerText({ auths: { [HOST]: { auth: 'x' } } }) },
      {
        REGISTRY_AUTH_FILE: file,
      },
    );
    await user.succeed('--yes', '--podman');
    assert.match(elsewhere.read('only.json') ?? '', /"ecr-xacct"/);
    assert.deepEqual([user.read(AUTH), user.read(LOGINS)?.includes(HOST)], [undefined, true]);
  });
});

describe('with --creds-store', () => {
  const helpers = (user: { read(path: string): string | undefined }) =>
    /^credential-helpers = (.*)$/m.exec(user.read(DROP_IN) ?? '')?.[1];

  test('a drop-in names ours after the auth.json files; once.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_ONE,
      [LOGINS]: dockerText({ auths: { [HOST]: { auth: 'x' } } }),
    });
    const before = user.files();
    await user.succeed('--yes', '--podman', '--creds-store');
    assert.equal(helpers(user), '["containers-auth.json", "ecr-xacct"]');
    assert.deepEqual([user.read(AUTH), user.read(LOGINS)], [undefined, dockerText({ auths: {} })]);
    assert.doesNotMatch(user.read(CONFIG) ?? '', /fallback_helper/);
    const after = user.files();
    assert.match(await user.succeed('--yes', '--podman', '--creds-store'), /\nNothing to change\.\n$/);
    assert.deepEqual(user.files(), after);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('helpers that are set already go on being asked, in their order.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_ONE,
      [CONF]: 'credential-helpers = ["first"]\n',
      [`${DROP_INS}/10-corp.conf`]: "credential-helpers = ['secretservice', 'containers-auth.json']\n",
      [`${DROP_INS}/10-corp.bak`]: 'credential-helpers = ["not-read"]\n',
    });
    await user.succeed('--yes', '--podman', '--creds-store');
    assert.equal(helpers(user), '["secretservice", "containers-auth.json", "ecr-xacct"]');
    user.write({ [`${DROP_INS}/10-corp.conf`]: 'credential-helpers = ["corp"]\n' });
    await user.succeed('--yes', '--podman', '--creds-store');
    assert.equal(helpers(user), '["corp", "ecr-xacct"]');
  });

  test('a drop-in that would undo ours is an error that names it.', async () => {
    using user = makeSetupHome({
      '.aws/config': AWS_ONE,
      [`${DROP_INS}/90-corp.conf`]: 'credential-helpers = ["secretservice"]\n',
    });
    const before = user.files();
    const { status, stderr } = await user.setup('--yes', '--podman', '--creds-store');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^ecr-xacct: \S+90-corp\.conf is read after \S+50-ecr-xacct\.conf and sets credential-helpers = \["secretservice"\]/,
    );
    assert.deepEqual(user.files(), before);
  });

  test('ours that was changed by hand stays, and is named.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS_ONE });
    await user.succeed('--yes', '--podman', '--creds-store');
    user.write({ [DROP_IN]: 'credential-helpers = ["mine"]\n' });
    assert.match(
      await user.succeed('--undo', '--yes'),
      /Note: \S+50-ecr-xacct\.conf: it has been changed since; it stays\n/,
    );
    assert.equal(user.read(DROP_IN), 'credential-helpers = ["mine"]\n');
  });
});

test('Undo takes back what was set up for Docker and for podman, at once.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}', [AUTH]: '{"auths": {}}' });
  const before = user.files();
  await user.succeed('--yes');
  await user.succeed('--yes', '--podman');
  assert.match((user.read(DOCKER) ?? '') + user.read(AUTH), /ecr-xacct[\s\S]*ecr-xacct/);
  await user.succeed('--undo', '--yes');
  assert.deepEqual(user.files(), before);
});
