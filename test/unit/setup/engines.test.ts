// Setup with Finch, Rancher Desktop and Colima: whose config.json it changes, its notes, and what these programs keep
// of it.
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { isAskedByFinch } from '../../../src/docker/config-file.ts';
import { AWS_ONE, DOCKER, dockerText, host, makeSetupHome, PLATFORM } from '../../support/unit/setup-home.ts';

const FINCH = '.finch/config.json';
const KEYCHAIN = 'opt/bin/docker-credential-osxkeychain';
const HOST = host(PLATFORM);
const AWS = { '.aws/config': AWS_ONE };
const OURS = { [HOST]: 'ecr-xacct' };

const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
const parsed = (text: string | undefined) => JSON.parse(text ?? 'null');

describe('on macOS', () => {
  beforeEach(() => {
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
  });
  afterEach(() => {
    Object.defineProperty(process, 'platform', platform);
  });

  test("--finch changes Finch's own config.json, and its undo restores every byte.", async () => {
    const finch = '{"credsStore":"osxkeychain"}';
    using user = makeSetupHome({ ...AWS, [FINCH]: finch, [DOCKER]: '{}' });
    const before = user.files();
    const { status, stdout, stderr } = await user.setup('--yes', '--finch');
    assert.equal(status, 0, stderr);
    assert.deepEqual(parsed(user.read(FINCH)), { credsStore: 'osxkeychain', credHelpers: OURS });
    assert.equal(user.read(DOCKER), '{}');
    const of = { env: {}, home: user.home, uid: undefined };
    assert.deepEqual([isAskedByFinch(HOST, of), isAskedByFinch(host('777788889999'), of)], [true, false]);
    assert.match(stdout, /\nDone: Finch asks ecr-xacct [\s\S]*\n {2}finch pull 444455556666\./);
    // The program is only on the user's PATH.
    assert.match(stderr, /^\nWarning: Finch does not .*\nTo fix it, run:\n {2}.*ln -/);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('the keychain, which Finch chooses where it has no config.json yet, goes on keeping its logins.', async () => {
    using user = makeSetupHome({ ...AWS, [KEYCHAIN]: '' });
    chmodSync(join(user.home, KEYCHAIN), 0o755);
    await user.succeed('--yes', '--finch');
    assert.deepEqual(parsed(user.read(FINCH)), { credsStore: 'osxkeychain', credHelpers: OURS });
  });

  test('DOCKER_CONFIG names the folder of both, and Finch has no other one then.', async () => {
    using elsewhere = makeSetupHome();
    using user = makeSetupHome({ ...AWS, [FINCH]: '{}' }, { DOCKER_CONFIG: elsewhere.home });
    await user.succeed('--yes', '--finch');
    assert.deepEqual([parsed(elsewhere.read('config.json'))?.credHelpers, user.read(FINCH)], [OURS, '{}']);
    assert.doesNotMatch(await user.succeed('--yes', '--region', 'eu-west-1'), /Finch/);
  });

  test('a setup for Docker says that Finch has a file of its own, until that is set up, too.', async () => {
    using user = makeSetupHome({ ...AWS, [FINCH]: '{}' });
    const note = /Note: Finch has a config\.json of its own; .*\n {2}ecr-xacct setup --yes --finch\n/;
    assert.match(await user.succeed('--yes'), note);
    await user.succeed('--yes', '--finch');
    assert.doesNotMatch(await user.succeed('--yes', '--region', 'eu-west-1'), /Finch has/);
  });
});

test('On Linux, --finch is refused with the setup of Docker, whose file Finch reads there.', async () => {
  using user = makeSetupHome(AWS);
  const before = user.files();
  const { status, stderr } = await user.setup('--finch', '--region', 'eu-west-1', '--yes');
  assert.equal(status, 2);
  assert.match(
    stderr,
    /^ecr-xacct: --finch: on Linux, .*\n.*\n {2}ecr-xacct setup --region eu-west-1 --yes\n/,
  );
  assert.deepEqual(user.files(), before);
});

describe('Rancher Desktop', () => {
  /** It parses the file, sets these members, and writes it. */
  const restarted = (text: string | undefined, members: object) =>
    `${JSON.stringify({ ...parsed(text), ...members }, undefined, 2)}\n`;

  test('writes config.json anew at its start, which setup and its undo take as it is.', async () => {
    using user = makeSetupHome({ ...AWS, '.rd/bin/docker': '', [DOCKER]: dockerText({ auths: {} }) });
    const stdout = await user.succeed('--yes');
    assert.doesNotMatch(stdout, /Rancher/);
    const members = { credsStore: 'osxkeychain', currentContext: 'rancher-desktop' };
    user.write({ [DOCKER]: restarted(user.read(DOCKER), members) });
    assert.match(await user.succeed('--yes'), /\nNothing to change\.\n$/);
    await user.succeed('--undo', '--yes');
    assert.deepEqual(parsed(user.read(DOCKER)), { auths: {}, ...members });
  });

  test('may put another credsStore in our place: setup says so, and the command that does without.', async () => {
    const store = { credsStore: 'osxkeychain' };
    using user = makeSetupHome({ ...AWS, '.rd/bin/docker': '', [DOCKER]: dockerText(store) });
    const stdout = await user.succeed('--yes', '--creds-store');
    const note = /Note: Rancher Desktop replaces a credsStore .*\n {2}(ecr-xacct setup --yes)\n/;
    assert.match(stdout, note);
    user.write({ [DOCKER]: restarted(user.read(DOCKER), store) });
    await user.succeed('--yes');
    assert.deepEqual(parsed(user.read(DOCKER)), { ...store, credHelpers: OURS });
  });
});

test("Colima's docker reads Docker's config.json, whose context stays; its own folder has nothing for setup.", async () => {
  const docker = dockerText({ auths: {}, currentContext: 'colima' });
  const colima = { '.colima/default/colima.yaml': 'runtime: docker\n', '.colima/_lima/x': '' };
  using user = makeSetupHome({ ...AWS, ...colima, [DOCKER]: docker });
  const before = user.files();
  await user.succeed('--yes');
  assert.deepEqual(parsed(user.read(DOCKER)), { ...parsed(docker), credHelpers: OURS });
  const after = user.files();
  for (const path of Object.keys(colima)) assert.equal(after[path], before[path]);
  await user.succeed('--undo', '--yes');
  assert.deepEqual(user.files(), before);
});
