// Owns the proof that each caller is answered from the config that their own environment names, as it is now.
import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConfigReader } from '../../../src/config/config-reader.ts';
import { command } from '../../../src/hint.ts';
import { rulesFor } from '../../support/unit/user-files.ts';

test('the config follows the caller and the file', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'config-reader-'));
  const [mine, yours] = [join(folder.path, 'mine.yaml'), join(folder.path, 'yours.yaml')];
  writeFileSync(mine, rulesFor('public.ecr.aws'));
  writeFileSync(yours, 'max_token_age: 1h\n');
  const readConfig = createConfigReader();
  assert.equal(readConfig({ ECR_XACCT_CONFIG: mine }).rules.length, 1);
  assert.equal(readConfig({ ECR_XACCT_CONFIG: yours }).maxTokenAge, 3_600_000);
  writeFileSync(mine, rulesFor('public.ecr.aws', 'ecr-public.aws.com'));
  assert.equal(readConfig({ ECR_XACCT_CONFIG: mine }).rules.length, 2);
  writeFileSync(mine, '- no config\n');
  assert.throws(() => readConfig({ ECR_XACCT_CONFIG: mine }), { code: 'config-invalid' });
});

test('a config that is not there is an empty one that says where it would be', () => {
  const config = createConfigReader()({ XDG_CONFIG_HOME: '/nowhere', HOME: '/nowhere' });
  assert.deepEqual(config.rules, []);
  assert.match(config.file ?? '', /^\/nowhere\/.*ecr-xacct\/config\.yaml$/);
});

test('with a home folder that cannot be followed there is no config, and no failure', () => {
  const config = createConfigReader()({ HOME: 'relative' });
  assert.deepEqual([config.rules, config.file, config.exists], [[], undefined, false]);
});

test('a config that ECR_XACCT_CONFIG names must be there', () => {
  assert.throws(() => createConfigReader()({ ECR_XACCT_CONFIG: '/nowhere/config.yaml' }), {
    code: 'config-invalid',
    message: 'ECR_XACCT_CONFIG names /nowhere/config.yaml, which does not exist',
    hint: { run: command`unset ECR_XACCT_CONFIG` },
  });
});
