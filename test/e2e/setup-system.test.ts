// `setup --system`: root's setup for every user of a machine, the pulls of each, and the undo.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, test } from 'node:test';
import { isAskedByPodman } from '../../src/docker/config-file.ts';
import { becomeMachine, builder, type Ended, mount, runWith, writeHome } from '../support/e2e/machine.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { AWS_ONE, dockerText, host, IMAGES, PLATFORM } from '../support/unit/setup-home.ts';

const skip = skipWithout('namespaces');
if (!skip) {
  enterPrivateHosts({});
  becomeMachine();
}

const CONFIG = '/etc/ecr-xacct/config.yaml';
const DROP_IN = '/etc/containers/registries.conf.d/50-ecr-xacct.conf';
const ROLE = `arn:aws:iam::${IMAGES}:role/EcrPull`;
const AWS_ROLE = `[profile images]
role_arn = ${ROLE}
credential_source = Ec2InstanceMetadata
external_id = 7f3c
duration_seconds = 3600
region = eu-central-1
`;
const PATH = '/usr/bin:/bin';

/** `ecr-xacct setup --system …` as root, with a umask that closes files to others. */
function setUp(...options: readonly string[]): Promise<Ended> {
  const words = ['ecr-xacct', 'setup', '--system', ...options];
  return runWith({ PATH, HOME: '/root' }, ['/bin/sh', '-c', 'umask 077; exec "$@"', 'sh', ...words]);
}

async function succeed(...options: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await setUp(...options);
  assert.equal(status, 0, stderr);
  return stdout;
}

function asBuilder(...words: readonly string[]): Promise<Ended> {
  const { uid, home } = builder;
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return runWith({ PATH, HOME: home, ECR_XACCT_DAEMON: 'off' }, [...drop, ...words]);
}

const isThere = () => [CONFIG, DROP_IN].map((path) => existsSync(path));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('setup --system', { skip }, () => {
  beforeEach(() => {
    for (const path of [
      CONFIG,
      DROP_IN,
      '/etc/ecr-xacct',
      `${builder.home}/.docker`,
      `${builder.home}/.config`,
    ])
      rmSync(path, { recursive: true, force: true });
    writeHome('/root', 0, { '.aws/config': AWS_ROLE });
  });

  test("writes the machine's files for every user to read, shows them first, and takes them back.", async () => {
    const shown = await succeed('--dry-run');
    assert.match(shown, /\nNothing was changed: this was a dry run\.\n$/);
    assert.deepEqual(isThere(), [false, false]);
    const stdout = await succeed('--yes');
    const plan = shown.slice(0, shown.indexOf('Nothing was changed'));
    assert.ok(stdout.startsWith(plan), stdout);
    assert.deepEqual(['/etc/ecr-xacct', CONFIG, DROP_IN].map(modeOf), ['755', '644', '644']);
    assert.equal(
      readFileSync(CONFIG, 'utf8'),
      `registries:
  "${IMAGES}.dkr.ecr.*.amazonaws.com":
    role_arn: ${ROLE}
    credential_source: Ec2InstanceMetadata
    external_id: "7f3c"
    duration_seconds: 3600
    region: eu-central-1
`,
    );
    assert.equal(
      readFileSync(DROP_IN, 'utf8'),
      `# Written by "ecr-xacct setup"; taken back by "sudo ecr-xacct setup --system --undo".
credential-helpers = ["containers-auth.json", "ecr-xacct"]
`,
    );
    const of = { env: {}, home: builder.home, uid: builder.uid };
    assert.ok(isAskedByPodman(host(IMAGES), of), 'podman is not taken to ask');
    const own = '.config/containers/registries.conf.d/50-ecr-xacct.conf';
    writeHome(builder.home, builder.uid, { [own]: 'credential-helpers = ["pass"]\n' });
    assert.ok(!isAskedByPodman(host(IMAGES), of), "the user's own list does not count");
    assert.match(await succeed('--yes'), /\n\nNothing to change\.\n$/);
    await succeed('--undo', '--yes');
    assert.deepEqual([...isThere(), existsSync('/etc/ecr-xacct')], [false, false, false]);
  });

  test('ends with the command by which each user has Docker ask, which needs no profile of theirs.', async () => {
    const stdout = await succeed('--yes');
    const command = /For Docker, each user runs:\n {2}(.*)\n/.exec(stdout)?.[1] ?? '';
    assert.equal(command, `ecr-xacct setup --region ${IMAGES}=eu-central-1`);
    const ran = await asBuilder(...command.split(' '), '--yes');
    assert.equal(ran.status, 0, ran.stderr);
    const config = readFileSync(`${builder.home}/.docker/config.json`, 'utf8');
    assert.equal(JSON.parse(config).credHelpers[host(IMAGES, 'eu-central-1')], 'ecr-xacct', config);
    assert.ok(!existsSync(`${builder.home}/.config/ecr-xacct/config.yaml`), 'the rule was copied');
    const explained = await asBuilder('ecr-xacct', 'explain', host(IMAGES, 'eu-central-1'), '--json');
    assert.ok(explained.stdout.includes(`(${CONFIG}:2)`), explained.stdout);
    const { stderr } = await asBuilder('ecr-xacct', 'setup', '--yes', '--undo');
    assert.equal(stderr, '');
    const without = await asBuilder('ecr-xacct', 'setup', '--yes');
    assert.equal(without.status, 2);
    assert.match(without.stderr, new RegExp(`\n {2}ecr-xacct setup --yes --region ${IMAGES}=us-east-1\n`));
  });

  test('warns of a profile, which each user needs, and of a token that not all may read.', async () => {
    const token = '/etc/machine-token';
    const web = `[profile web]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${token}\nregion = us-east-1\n`;
    writeHome('/root', 0, { '.aws/config': AWS_ONE + web });
    writeFileSync(token, 'a token', { mode: 0o600 });
    const stdout = await succeed('--yes');
    const profile = `Note: ${PLATFORM}: the rule names profile platform, which is in /root/.aws/config; each user needs`;
    assert.ok(stdout.includes(profile), stdout);
    assert.ok(stdout.includes(`Note: ${IMAGES}: not every user may read ${token}; to see`), stdout);
    assert.match(
      readFileSync(CONFIG, 'utf8'),
      /profile: platform[\s\S]*web_identity_token_file: "\/etc\/machine-token"/,
    );
  });

  test('writes no rule where root has no profile, and says whose profiles count.', async () => {
    writeHome('/root', 0, { '.aws/config': '' });
    const stdout = await succeed('--yes');
    assert.match(
      stdout,
      /Note: Root has no profile[\s\S]*\n {2}sudo --preserve-env=HOME ecr-xacct setup --system --yes\n/,
    );
    assert.deepEqual(isThere(), [false, true]);
    await succeed('--undo', '--yes');
  });

  test('is refused to any other user, with the whole command as root.', async () => {
    const { status, stderr } = await asBuilder(
      'ecr-xacct',
      'setup',
      '--system',
      '--yes',
      '--region',
      'eu-west-1',
    );
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^ecr-xacct: --system changes root's files .*\nTo fix it, run:\n {2}sudo ecr-xacct setup --region eu-west-1 --system --yes\n/,
    );
    assert.deepEqual(isThere(), [false, false]);
  });

  test('adds to a config that is there, whose undo leaves it, and is refused one that others may write.', async () => {
    const own = `# ours\nregistries:\n  ${host(PLATFORM)}: { profile: corp }\n`;
    writeHome('/etc/ecr-xacct', 0, { 'config.yaml': own });
    chmodSync(CONFIG, 0o666);
    const refused = await setUp('--yes');
    assert.deepEqual([refused.status, readFileSync(CONFIG, 'utf8')], [1, own]);
    assert.ok(refused.stderr.endsWith(`  chmod go-w ${CONFIG}\n`), refused.stderr);
    chmodSync(CONFIG, 0o600);
    await succeed('--yes');
    assert.ok(readFileSync(CONFIG, 'utf8').startsWith(own));
    assert.equal(modeOf(CONFIG), '644');
    await succeed('--undo', '--yes');
    assert.equal(readFileSync(CONFIG, 'utf8'), own);
  });

  test('changes nothing where one of its files cannot be written.', async () => {
    const folder = '/etc/containers/registries.conf.d';
    mount('--bind', folder, folder);
    mount('-o', 'remount,bind,ro', folder);
    try {
      const { status, stderr } = await setUp('--yes');
      assert.equal(status, 1);
      assert.match(stderr, /registries\.conf\.d.* nothing was changed/);
      assert.deepEqual([...isThere(), existsSync('/etc/ecr-xacct')], [false, false, false]);
    } finally {
      await runWith({ PATH }, ['umount', folder]);
    }
  });

  test("leaves root's own files as they are.", async () => {
    const before = dockerText({ auths: {} });
    writeHome('/root', 0, { '.docker/config.json': before });
    await succeed('--yes');
    assert.equal(readFileSync('/root/.docker/config.json', 'utf8'), before);
    assert.ok(!existsSync('/root/.config/ecr-xacct'), 'the rules are in a file of root alone, too');
  });
});
