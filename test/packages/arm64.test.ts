// The package for another processor, run by an emulator, without any code of this machine's processor.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageTree } from '../../scripts/package/package-target.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { enterArm64Root } from '../support/packages/arm64-root.ts';
import { epoch, versions } from '../support/packages/built-packages.ts';
import type { EnteredRoot } from '../support/packages/entered-root.ts';
import { skipWithout } from '../support/peers.ts';
import { passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('node-bases', 'namespaces', 'binfmt', 'qemu-aarch64', 'musl-arm64');

describe('the package for linux-arm64', { skip, timeout: 300_000 }, () => {
  let folder: string;
  let root: EnteredRoot;
  let program: string;
  let client: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arm64-'));
    const tree = join(folder, 'tree');
    await packageTree(TARGETS['linux-arm64'], tree, {
      version: versions.current,
      epoch,
      isForThisMachine: false,
    });
    program = join(tree, 'lib', 'docker-credential-ecr-xacct', 'ecr-xacct');
    client = join(tree, 'bin', 'docker-credential-ecr-xacct');
    root = await enterArm64Root();
  });
  after(async () => {
    await root[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('says its version.', async () => {
    assert.equal((await root.succeed([program, '--version'])).stdout, `${versions.current}\n`);
  });

  test('has a client that starts the daemon, and then asks it.', async () => {
    await using stage = await startProductStage();
    const get = () => root.run([client, 'get'], { input: HOST, env: stage.product.env });
    const password = passwordOf(await get(), HOST);
    assert.equal(passwordOf(await get(), HOST), password);
    assert.deepEqual(
      stage.aws.issuedTokens.map((token) => token.password),
      [password],
    );
    assert.equal((await stage.product.daemon())?.version, versions.current);
    // Runs inside the root, because the daemon's process ID is one of its namespace.
    await root.succeed([program, 'daemon', 'stop'], { env: stage.product.env });
  });
});
