// `ecr-xacct rule`, built: it asks on a terminal, and the next get and explain use what it wrote.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, roleFiles, startProductStage } from '../../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

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

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  const QUESTION = /Change these files\?[\s\S]*Yes[\s\S]*No/;

  for (const words of [`add '${PATTERN}' --profile dev`, `remove ${HOST}`]) {
    test(`rule ${words} changes no byte for a No, Escape and Ctrl-C, and is written for a yes.`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const folder = `${product.home}/.config/ecr-xacct`;
      const before = await readFile(`${folder}/config.yaml`, 'utf8');
      for (const [keys, expected] of [
        ['n', 1],
        [`${KEYS.right}${KEYS.enter}`, 1],
        [KEYS.escape, 130],
        [KEYS.ctrlC, 130],
      ] as const) {
        using terminal = openTerminal(`ecr-xacct rule ${words}`, product.env);
        await terminal.shows(QUESTION);
        terminal.type(keys);
        const { status, text } = await terminal.end();
        assert.equal(status, expected, text);
        assert.match(text, /ecr-xacct: cancelled: nothing was changed\r\n$/);
        assert.equal(await readFile(`${folder}/config.yaml`, 'utf8'), before);
        assert.deepEqual(await readdir(folder), ['config.yaml']);
      }
      using terminal = openTerminal(`ecr-xacct rule ${words}`, product.env);
      await terminal.shows(QUESTION);
      // It is drawn again only if its line breaks change.
      terminal.resize(20, 10);
      await terminal.shows(/Change these\s+│ {2}files\?[\s\S]*No/);
      assert.equal(await readFile(`${folder}/config.yaml`, 'utf8'), before);
      terminal.type('y');
      assert.equal((await terminal.end()).status, 0);
      const { stdout } = await product.run(['ecr-xacct', 'explain', HOST]);
      assert.match(stdout, words.startsWith('add') ? /→ profile dev\n/ : /2 {2}rule +no/);
      assert.notEqual(await readFile(`${folder}/config.yaml`, 'utf8'), before);
    });
  }
});
