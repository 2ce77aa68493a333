// The .rpm in its own root: installed, it serves there, and removed, it leaves nothing.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtPackages, versions } from '../support/packages/built-packages.ts';
import { enterDebianRoot, fileChanges } from '../support/packages/debian-root.ts';
import { skipWithout } from '../support/peers.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('namespaces', 'debian-root', 'musl-gcc', 'rpm', 'rpmbuild');

test('The rpm serves where it is installed, and leaves no file and no process when it is erased.', {
  skip,
  timeout: 600_000,
}, async () => {
  const { rpm } = await builtPackages();
  await using root = await enterDebianRoot();
  await using stage = await startProductStage();
  const folder = await mkdtemp(join(tmpdir(), 'rpm-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const file = join(folder, 'package.rpm');
  await copyFile(rpm, file);
  const manage = (...args: readonly string[]) => root.outside(['rpm', '--root', root.path, ...args]);
  const programs = async () => {
    const { stdout } = await root.run(['sh', '-c', 'readlink /proc/[0-9]*/exe']);
    return stdout.split('\n').filter((path) => path.endsWith('/docker-credential-ecr-xacct/ecr-xacct'));
  };
  await manage('--initdb');
  const own = async () =>
    (await root.files()).filter((path) => !/^\/(?:var\/lib\/rpm|root\/\.rpmdb|var\/lib\/\.rpm)/.test(path));
  const before = await own();

  // rpm's database does not know this root's libraries, which are Debian's.
  await manage('--install', '--nodeps', file);
  assert.equal((await manage('--verify', '--nodeps', 'docker-credential-ecr-xacct')).stdout, '');
  const { HOME = '', XDG_RUNTIME_DIR = '', AWS_ENDPOINT_URL = '' } = stage.product.env;
  const env = { HOME, XDG_RUNTIME_DIR, AWS_ENDPOINT_URL };
  const { stdout } = await root.succeed(['docker-credential-ecr-xacct', 'get'], { input: HOST, env });
  assert.equal((JSON.parse(stdout) as { ServerURL: string }).ServerURL, HOST);
  assert.equal((await root.succeed(['ecr-xacct', '--version'])).stdout, `${versions.current}\n`);
  const { stdout: list } = await manage('--query', '--list', 'docker-credential-ecr-xacct');
  for (const path of [
    ...['/usr/share/man/man1/ecr-xacct.1.gz', '/usr/lib/systemd/user/ecr-xacct.socket'],
    ...['/usr/bin/ecr-xacct-credential-provider', '/usr/lib/systemd/system/ecr-xacct.socket'],
  ]) {
    assert.ok(list.split('\n').includes(path), list);
  }
  assert.notDeepEqual(await programs(), []);

  await manage('--erase', 'docker-credential-ecr-xacct');
  assert.deepEqual(fileChanges(before, await own()), []);
  await root.succeed([
    'sh',
    '-c',
    'for _ in $(seq 500); do readlink /proc/[0-9]*/exe | grep -q ecr-xacct || exit 0; done; exit 1',
  ]);
});
