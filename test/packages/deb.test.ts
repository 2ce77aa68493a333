// The .deb on a bare Debian: three steps to a pull, an upgrade under a running daemon, and nothing left after removal.
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { REGION } from '../fake-aws/two-account-world.ts';
import { ecrHost, images, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import { builtPackages, versions } from '../support/packages/built-packages.ts';
import { enterDebianRoot, fileChanges } from '../support/packages/debian-root.ts';
import type { EnteredRoot } from '../support/packages/entered-root.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { roleArn } from '../support/product/stage.ts';
import { findSecretsInFiles, findSecretsInText } from '../support/secret-scan.ts';

const skip = skipWithout('namespaces', 'debian-root', 'musl-gcc', 'rpmbuild', 'dockerd', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

const PROGRAM = '/usr/lib/docker-credential-ecr-xacct/ecr-xacct';

/** A developer's ~/.aws, with a role in the account of the images. */
async function makeHome(home: string, { cast }: Stage): Promise<void> {
  const { accessKeyId, secretAccessKey } = cast.dev;
  const config = `[profile puller]\nrole_arn = ${roleArn('EcrPull')}\nsource_profile = dev\nregion = ${REGION}\n`;
  const keys = `[dev]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  await mkdir(join(home, '.aws'), { recursive: true });
  await writeFile(join(home, '.aws', 'config'), config);
  await writeFile(join(home, '.aws', 'credentials'), keys);
}

describe('the Debian package', { skip, timeout: 600_000 }, () => {
  let stage: Stage;
  let folder: string;
  let env: Record<string, string>;
  let debs: { current: string; older: string };
  before(async () => {
    const built = await builtPackages();
    stage = await startStage({ engine: true });
    folder = await mkdtemp(join(tmpdir(), 'deb-'));
    env = { ...stage.env, HOME: join(folder, 'home'), XDG_RUNTIME_DIR: folder };
    await makeHome(join(folder, 'home'), stage);
    // The Debian sees the machine's /tmp as its own.
    debs = { current: join(folder, 'current.deb'), older: join(folder, 'older.deb') };
    await copyFile(built.deb, debs.current);
    await copyFile(built.olderDeb, debs.older);
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const install = (root: EnteredRoot, deb: string) =>
    root.succeed(['apt-get', 'install', '--yes', deb], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  const get = async (root: EnteredRoot) => {
    const { stdout, stderr } = await root.succeed(['docker-credential-ecr-xacct', 'get'], {
      input: ecrHost,
      env,
    });
    assert.equal(stderr, '');
    return (JSON.parse(stdout) as { Secret: string }).Secret;
  };
  const daemon = async (root: EnteredRoot) => {
    const { stdout } = await root.run(['ecr-xacct', 'status', '--json'], { env });
    return (JSON.parse(stdout) as { daemon: { version: string; pid: number } | null }).daemon ?? undefined;
  };
  const programs = async (root: EnteredRoot) => {
    const { stdout } = await root.run(['sh', '-c', 'readlink /proc/[0-9]*/exe']);
    return stdout.split('\n').filter((path) => path.startsWith(PROGRAM));
  };

  test('is installed, set up and used in three steps, without Node', async () => {
    await using root = await enterDebianRoot();
    assert.notEqual((await root.run(['sh', '-c', 'command -v node'])).status, 0);

    await install(root, debs.current);
    assert.equal((await root.succeed(['dpkg', '--verify', 'docker-credential-ecr-xacct'])).stdout, '');
    const set = await root.succeed(['ecr-xacct', 'setup', '--yes', '--profile', 'puller'], { env });
    assert.equal(set.stderr, '', 'Docker finds the helper');
    const { stderr } = await root.succeed(['docker', 'pull', images.shared], { env });
    assert.equal(stderr, '');

    assert.equal((await daemon(root))?.version, versions.current);
    const secrets = stage.aws.issuedTokens.map(({ password }) => password);
    assert.ok(secrets.length > 0);
    assert.deepEqual(await findSecretsInFiles([folder], secrets), []);
    assert.deepEqual(findSecretsInText(stderr, 'stderr', secrets), []);
  });

  test('serves on through an upgrade under a running daemon', async () => {
    await using root = await enterDebianRoot();
    await install(root, debs.older);
    await get(root);
    const old = await daemon(root);
    assert.equal(old?.version, versions.older);

    await install(root, debs.current);
    assert.equal((await daemon(root))?.pid, old?.pid, 'the upgrade itself stops nothing');
    await get(root);
    assert.equal((await daemon(root))?.version, versions.current);
  });

  test("takes back the machine's setup when it is removed, but for the rules", async () => {
    await using root = await enterDebianRoot();
    const ofMachine = async () => (await root.files()).filter((path) => path.includes('ecr-xacct'));
    const dropIn = '/etc/containers/registries.conf.d/50-ecr-xacct.conf';
    await install(root, debs.current);
    await root.succeed(['ecr-xacct', 'setup', '--system', '--yes', '--profile', 'puller'], { env });
    assert.ok((await ofMachine()).includes(dropIn));
    await root.succeed(['apt-get', 'remove', '--yes', 'docker-credential-ecr-xacct']);
    const left = (await ofMachine()).filter((path) => path.startsWith('/etc/'));
    assert.deepEqual(left, ['/etc/ecr-xacct', '/etc/ecr-xacct/config.yaml']);
  });

  test('leaves no file and no process when it is removed', async () => {
    await using root = await enterDebianRoot();
    const own = (files: readonly string[]) =>
      files.filter((path) => !/^\/(?:run|var\/(?:log|cache|lib\/(?:apt|dpkg)))\//.test(path));
    const before = own(await root.files());
    await install(root, debs.current);
    await get(root);
    assert.notDeepEqual(await programs(root), []);
    assert.notDeepEqual(fileChanges(before, own(await root.files())), []);

    await root.succeed(['apt-get', 'remove', '--yes', 'docker-credential-ecr-xacct']);
    assert.deepEqual(fileChanges(before, own(await root.files())), []);
    const ended = [
      'sh',
      '-c',
      `for _ in $(seq 500); do readlink /proc/[0-9]*/exe | grep -q ^${PROGRAM} || exit 0; done; exit 1`,
    ];
    await root.succeed(ended);
    const { stdout } = await root.run(['dpkg-query', '--show', 'docker-credential-ecr-xacct']);
    assert.equal(stdout, '');
  });
});
