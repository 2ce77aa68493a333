// A system without glibc, such as Alpine: the image copied into it, or the package installed, with that system's Node.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type BuiltPackages, builtPackages, versions } from '../support/packages/built-packages.ts';
import { enterDebianRoot, enterMuslRoot } from '../support/packages/debian-root.ts';
import type { EnteredRoot } from '../support/packages/entered-root.ts';
import { skipWithout } from '../support/peers.ts';
import { passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('musl-gcc', 'rpmbuild', 'buildah', 'namespaces', 'musl-root', 'debian-root');
const PATH = '/usr/local/bin:/usr/bin:/bin';
const CLIENT = 'docker-credential-ecr-xacct';

describe('images and musl', { skip, timeout: 600_000 }, () => {
  let built: BuiltPackages;
  let folder: string;
  before(async () => {
    built = await builtPackages();
    folder = await mkdtemp(join(tmpdir(), 'alpine-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** As with `COPY --from=IMAGE /usr/local /usr/local`. */
  async function copyFrom(image: string, root: EnteredRoot): Promise<void> {
    const layout = await mkdtemp(join(folder, 'layout-'));
    execFileSync('tar', ['-xf', image, '-C', layout]);
    const read = (digest: string) => join(layout, 'blobs', ...digest.split(':'));
    const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
    const manifest = json(read(json(join(layout, 'index.json')).manifests[0].digest));
    assert.equal(manifest.layers.length, 1);
    await root.outside(['tar', '-xzf', read(manifest.layers[0].digest), '-C', root.path]);
  }

  /** Two pulls. The second one gets its token from the daemon. */
  async function pullsTwice(root: EnteredRoot): Promise<void> {
    await using stage = await startProductStage();
    const env = { ...stage.product.env, PATH };
    const get = async () => passwordOf(await root.run([CLIENT, 'get'], { input: HOST, env }), HOST);
    const password = await get();
    assert.equal(await get(), password);
    assert.equal(stage.aws.count(), 1);
    assert.equal((await stage.product.daemon())?.version, versions.current);
    await root.succeed(['ecr-xacct', 'daemon', 'stop'], { env });
  }

  test("the image for musl, copied into a system with Node, gets tokens on that system's Node.", async () => {
    await using root = await enterMuslRoot();
    await copyFrom(built.muslImage, root);
    const { stdout } = await root.succeed(['ecr-xacct', '--version'], { env: { PATH } });
    assert.equal(stdout, `${versions.current}\n`);
    await pullsTwice(root);
  });

  test('the image for glibc, copied into a Debian without Node, gets tokens on the Node inside.', async () => {
    await using root = await enterDebianRoot();
    await copyFrom(built.image, root);
    await pullsTwice(root);
  });

  test('the package for musl installs itself, serves, and is removed without a trace.', async () => {
    await using root = await enterMuslRoot();
    const before = await root.files();
    const unpacked = join(folder, 'unpacked');
    await mkdir(unpacked);
    execFileSync('tar', ['-xzf', built.muslTarball, '-C', unpacked, '--strip-components=1']);
    const { stdout } = await root.succeed([join(unpacked, 'install')], { env: { PATH, HOME: '/root' } });
    assert.match(stdout, new RegExp(`^Installed version ${versions.current} below /usr/local\\.$`, 'm'));
    await pullsTwice(root);
    const uninstall = '/usr/local/lib/docker-credential-ecr-xacct/uninstall';
    await root.succeed([uninstall], { env: { PATH, HOME: '/root' } });
    const left = (await root.files()).filter((path) => !before.includes(path));
    assert.deepEqual(
      left.filter((path) => !/^\/usr\/local(?:\/|$)/.test(path)),
      [],
    );
    assert.ok(!left.some((path) => path.includes('xacct')), left.join(', '));
  });

  test('without Node, or with an old one, it says in one line which one to install.', async () => {
    await using root = await enterMuslRoot();
    await copyFrom(built.muslImage, root);
    const says = async (command: readonly string[]) => {
      const { status, stdout, stderr } = await root.run(command, { env: { PATH }, input: HOST });
      assert.deepEqual([status, stdout], [1, stderr]);
      return stdout;
    };
    await root.succeed(['mv', '/usr/bin/node', '/usr/bin/other']);
    const missing = 'there is no Node on PATH; install Node 22.21 or later (Alpine: apk add nodejs)';
    assert.equal(await says(['ecr-xacct', 'status']), `ecr-xacct: ${missing}\n`);
    await root.succeed([
      'sh',
      '-c',
      'printf "#!/bin/sh\\necho v20.20.2\\n" >/usr/bin/node; chmod 755 /usr/bin/node',
    ]);
    const old = '/usr/bin/node is Node v20.20.2, and 22.21, 24.5 or later is needed; install that';
    assert.equal(await says(['ecr-xacct', 'status']), `ecr-xacct: ${old}\n`);
  });

  test('what is built for glibc names the other package there.', async () => {
    await using root = await enterMuslRoot();
    const tree = join(folder, 'tree');
    await cp(built.tree, tree, { recursive: true });
    const run = (name: string, word: string) =>
      root.run([join(tree, 'bin', name), word], { env: { PATH, HOME: '/root' }, input: HOST });
    const people = await run('ecr-xacct', 'status');
    assert.equal(people.status, 1);
    assert.match(
      people.stderr,
      /^ecr-xacct: the Node in this package needs glibc, .* install the package for musl\n$/,
    );
    const docker = await run(CLIENT, 'get');
    assert.equal(docker.status, 1);
    assert.match(
      docker.stdout,
      /^ecr-xacct: cannot start .*: it needs glibc; install the package for musl\n$/,
    );
  });
});
