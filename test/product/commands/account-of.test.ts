// Tests that setup asks AWS for the account of a profile that does not declare one.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { keysOf, startProductStage } from '../../support/product/stage.ts';

test('A profile with keys is served for the account that AWS says; one that AWS does not know is listed.', async () => {
  await using stage = await startProductStage({
    files: ({ dev }) => ({
      credentials: {
        dev: keysOf(dev),
        stale: { aws_access_key_id: 'AKIAGONE', aws_secret_access_key: 'gone' },
      },
      config: { 'profile dev': { region: 'eu-west-1' } },
    }),
  });
  const { product } = stage;
  const { status, stdout, stderr } = await product.run(['ecr-xacct', 'setup', '--yes']);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  const host = `${SECONDARY_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
  const { credHelpers } = JSON.parse(await readFile(join(product.home, '.docker/config.json'), 'utf8')) as {
    credHelpers: unknown;
  };
  assert.deepEqual(credHelpers, { [host]: 'ecr-xacct' });
  assert.match(stdout, /\bstale\b/);
});
