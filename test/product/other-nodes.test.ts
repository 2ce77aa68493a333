// The bundle on another Node, which the launcher finds on PATH: which one it uses, and Docker's protocol with it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NODES_ON_PATH, nodeHere } from '../../scripts/package/node-base.ts';
import { skipWithout } from '../support/peers.ts';
import { bin, passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('node-bases');
const contract = fileURLToPath(new URL('../contract', import.meta.url));
const FILES = ['command-line', 'get', 'store-erase-list'].map((name) => join(contract, `${name}.test.ts`));

describe('without a Node of its own beside it', { skip, timeout: 300_000 }, () => {
  let folder: string;
  let copied: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'other-nodes-'));
    copied = join(folder, 'dist', 'bin');
    for (const part of ['bin', 'lib'] as const) {
      await cp(join(dirname(bin), part), join(folder, 'dist', part), { recursive: true });
    }
  });
  after(() => rm(folder, { recursive: true }));

  for (const version of NODES_ON_PATH) {
    describe(`on Node ${version}`, () => {
      before(() => symlink(nodeHere(version), join(copied, 'node')));
      after(() => rm(join(copied, 'node')));

      test('the contract holds.', () => {
        const { NODE_TEST_CONTEXT: _, ...env } = process.env;
        const { status, stdout } = spawnSync(process.execPath, ['--test', ...FILES], {
          encoding: 'utf8',
          env: { ...env, XACCT_TEST_BIN: copied },
        });
        assert.equal(status, 0, stdout);
      });

      test('the daemon is that Node, a role is taken, and the commands for people work.', async () => {
        await using stage = await startProductStage({ env: { PATH: `${copied}:/usr/bin:/bin` } });
        const { product } = stage;
        passwordOf(await product.get(HOST), HOST);
        const daemon = await product.daemon();
        assert.equal(await readlink(`/proc/${daemon?.pid}/exe`), nodeHere(version));
        const explained = await product.run(['ecr-xacct', 'explain', HOST]);
        assert.deepEqual([explained.status, explained.stderr], [0, '']);
        const checked = await product.run(['ecr-xacct', 'config', 'check']);
        assert.equal(checked.status, 0, checked.stderr);
        const report = join(product.home, 'report.txt');
        await product.run(['ecr-xacct', 'doctor', '--report', report]);
        const said = await product.run(['cat', report]);
        assert.match(said.stdout, new RegExp(`, Node ${version.replaceAll('.', '\\.')}\n`));
      });
    });
  }

  test('a Node of a folder that PATH names by a relative path is not run.', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    const trap = join(product.home, 'here');
    await mkdir(trap);
    await writeFile(join(trap, 'node'), `#!/bin/sh\n: >${product.home}/run\nexit 1\n`);
    await chmod(join(trap, 'node'), 0o755);
    const trapped = [
      ['here', product.home],
      [':here:', product.home],
      ['.', trap],
      ['', trap],
    ] as const;
    for (const [PATH, cwd] of trapped) {
      const ran = await product.run([join(copied, 'ecr-xacct'), '--version'], { env: { PATH }, cwd });
      assert.equal(ran.status, 1, PATH);
    }
    const left = await product.run(['ls', product.home]);
    assert.doesNotMatch(left.stdout, /^run$/m);
  });

  const refused = ['v20.20.2', 'v22.20.0', 'v22.3.1', 'v23.11.0', 'v24.4.1', 'v9.0.0', ''];
  for (const said of refused) {
    test(`a Node that says it is “${said}” is not run.`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const old = join(product.home, 'old');
      await mkdir(old);
      await writeFile(join(old, 'node'), `#!/bin/sh\n[ "$*" = --version ] || exit 7\necho "${said}"\n`);
      await chmod(join(old, 'node'), 0o755);
      const ran = await product.run([join(copied, 'ecr-xacct'), 'status'], { env: { PATH: old } });
      assert.deepEqual([ran.status, ran.stdout], [1, ran.stderr]);
    });
  }
});
