// `ecr-xacct rule`, built: it asks on a terminal, and the next get and explain go by what it wrote.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, roleFiles, startProductStage } from '../../support/product/stage.ts';
import { openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const PATTERN = HOST.replace('us-east-1', '*');

test('What explain advises is a command that can be run, and the next get goes by the rule.', async () => {
  await using stage = await startProductStage({
    files: (cast) => ({ ...roleFiles(cast), registries: {} }),
  });
  const { product } = stage;
  const { stdout } = await product.run(['ecr-xacct', 'explain', HOST]);
  const [, advised = ''] = /\n {2}run: (ecr-xacct rule add .*)\n/.exec(stdout) ?? [];
  assert.equal(advised, `ecr-xacct rule add '${PATTERN}' --profile puller`);
  const ran = await product.run(['sh', '-c', `${advised} --yes`]);
  assert.equal(ran.status, 0, ran.stderr);
  passwordOf(await product.get(HOST, { env: { AWS_PROFILE: 'dev' } }), HOST);
  const after = await product.run(['ecr-xacct', 'explain', HOST], { env: { AWS_PROFILE: 'dev' } });
  assert.match(after.stdout, /2 {2}rule +yes[\s\S]*\n→ profile puller\n/);
});

test('It asks on a terminal, and writes only after a yes.', { skip: skipWithoutTerminal }, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = `${product.home}/.config/ecr-xacct/config.yaml`;
  const before = await readFile(file, 'utf8');
  const command = `ecr-xacct rule add '${PATTERN}' --profile dev`;
  for (const [keys, status] of [
    ['n', 1],
    ['\u0003', 130],
    ['y', 0],
  ] as const) {
    using terminal = openTerminal(command, product.env);
    await terminal.shows(/Change these files\?/);
    assert.equal(await readFile(file, 'utf8'), before);
    terminal.type(keys);
    assert.equal((await terminal.end()).status, status, keys);
  }
  assert.ok((await readFile(file, 'utf8')).includes(PATTERN));
});
