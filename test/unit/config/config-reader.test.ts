// Tests that each caller's answer uses the config that its environment names, as it is now.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempDisposableSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  createConfigReader,
  createSharedConfigReader,
  readConfigAt,
} from '../../../src/config/config-reader.ts';
import { command } from '../../../src/hint.ts';
import { rulesFor } from '../../support/unit/user-files.ts';

/** Without this machine's own variables. */
const ALONE = { ECR_XACCT_SYSTEM_CONFIG: '' };

test('the config follows the caller and the file', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'config-reader-'));
  const [mine, yours] = [join(folder.path, 'mine.yaml'), join(folder.path, 'yours.yaml')];
  writeFileSync(mine, rulesFor('public.ecr.aws'));
  writeFileSync(yours, 'max_token_age: 1h\n');
  const readConfig = createConfigReader();
  assert.equal(readConfig({ ...ALONE, ECR_XACCT_CONFIG: mine }).rules.length, 1);
  assert.equal(readConfig({ ...ALONE, ECR_XACCT_CONFIG: yours }).maxTokenAge, 3_600_000);
  writeFileSync(mine, rulesFor('public.ecr.aws', 'ecr-public.aws.com'));
  assert.equal(readConfig({ ...ALONE, ECR_XACCT_CONFIG: mine }).rules.length, 2);
  writeFileSync(mine, '- no config\n');
  assert.throws(() => readConfig({ ...ALONE, ECR_XACCT_CONFIG: mine }), { code: 'config-invalid' });
});

test('a config that is not there is an empty one that says where it would be', () => {
  const config = createConfigReader()({ ...ALONE, XDG_CONFIG_HOME: '/nowhere', HOME: '/nowhere' });
  assert.deepEqual(config.rules, []);
  assert.match(config.file ?? '', /^\/nowhere\/.*ecr-xacct\/config\.yaml$/);
});

test('with a home folder that cannot be followed there is no config, and no failure', () => {
  const config = createConfigReader()({ ...ALONE, HOME: 'relative' });
  assert.deepEqual([config.rules, config.file, config.exists], [[], undefined, false]);
});

test('a config that ECR_XACCT_CONFIG names must be there', () => {
  assert.throws(() => createConfigReader()({ ...ALONE, ECR_XACCT_CONFIG: '/nowhere/config.yaml' }), {
    code: 'config-invalid',
    message: 'ECR_XACCT_CONFIG names /nowhere/config.yaml, which does not exist',
    hint: { run: command`unset ECR_XACCT_CONFIG` },
  });
});

/** A folder with the machine's config and the user's, and the results of each kind of reader, at once or apart. */
function makeLayers() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'config-layers-'));
  const [system, own] = [join(folder.path, 'system.yaml'), join(folder.path, 'own.yaml')];
  const reads: string[] = [];
  const shared = createSharedConfigReader({
    parse: async (kind, path) => {
      reads.push(kind);
      return readConfigAt(path, kind);
    },
    onGarbage: () => {},
  });
  const env = { HOME: 'nowhere', ECR_XACCT_SYSTEM_CONFIG: system };
  return {
    ...{ system, own, reads, env, both: { ...env, ECR_XACCT_CONFIG: own } },
    readers: { 'of one process': createConfigReader(), 'that others wait for': shared },
    [Symbol.dispose]: () => folder.remove(),
  };
}

/** A large config or one with unusual lines, which is read apart. */
const LARGE = `${rulesFor(...Array.from({ length: 300 }, (_, id) => `${111_122_220_000 + id}.dkr.ecr.*.amazonaws.com`))}\n`;

for (const name of ['of one process', 'that others wait for'] as const) {
  describe(`the machine's config, by a reader ${name}`, () => {
    test("counts without a HOME, beneath the user's own with one, and follows each edit", async () => {
      using layers = makeLayers();
      const { system, own, env, both } = layers;
      const read = layers.readers[name];
      const said = async (asked: typeof env) => {
        const { rules, refreshMargin } = await read(asked);
        return { rules: rules.map(({ file, line }) => `${file}:${line}`), refreshMargin };
      };
      assert.deepEqual((await said(env)).rules, []);
      writeFileSync(system, `${rulesFor('public.ecr.aws')}\nrefresh_margin: 1m\n`);
      writeFileSync(own, rulesFor('public.ecr.aws', 'ecr-public.aws.com'));
      assert.deepEqual(await said(env), { rules: [`${system}:2`], refreshMargin: 60_000 });
      assert.deepEqual(await said(both), {
        rules: [`${own}:2`, `${own}:3`, `${system}:2`],
        refreshMargin: 60_000,
      });
      writeFileSync(system, 'refresh_margin: 2m\n');
      assert.deepEqual((await said(both)).refreshMargin, 120_000);
      rmSync(system);
      assert.deepEqual((await said(both)).refreshMargin, 900_000);
    });

    test("is an error with its own place where it is wrong, and so is the user's", async () => {
      using layers = makeLayers();
      const { system, own, both } = layers;
      const read = layers.readers[name];
      const fault = (place: string) => ({ code: 'config-invalid', message: new RegExp(`^${place}:1:1: `) });
      writeFileSync(own, rulesFor('public.ecr.aws'));
      writeFileSync(system, 'discovery: false\n');
      await assert.rejects(async () => read(both), fault(system));
      writeFileSync(system, 'discover: false\n');
      writeFileSync(own, 'discovery: false\n');
      await assert.rejects(async () => read(both), fault(own));
    });

    test('is an error once others may write it, also where it is as it was read', async () => {
      using layers = makeLayers();
      const { system, env } = layers;
      const read = layers.readers[name];
      for (const text of [rulesFor('public.ecr.aws'), LARGE]) {
        writeFileSync(system, text);
        chmodSync(system, 0o644);
        assert.equal((await read(env)).rules[0]?.file, system);
        chmodSync(system, 0o664);
        await assert.rejects(async () => read(env), { code: 'config-invalid', message: /\(mode 0664\)/ });
      }
    });
  });
}

test('a large file is read apart as whose it is, and both may be', async () => {
  using layers = makeLayers();
  const { system, own, both, reads } = layers;
  writeFileSync(system, LARGE);
  writeFileSync(own, LARGE);
  const config = await layers.readers['that others wait for'](both);
  assert.deepEqual(reads, ['config', 'system-config']);
  assert.equal(config.rules.length, 600);
  assert.deepEqual(config.files, [own, system]);
});
