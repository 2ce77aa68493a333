// What a daemon's memory leads to: nothing of its callers' environments, when they have been answered.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { whenever } from '../../support/processes.ts';
import { daemonPid, failureOf, passwordOf, self } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

test('A daemon that remembers what processes said, failures included, holds no variable of their callers.', async () => {
  await using stage = await startProductStage({
    files: ({ dev: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } }) => ({
      config: {
        'profile fails': { credential_process: "sh -c 'exit 3'" },
        'profile works': {
          credential_process: `echo '${JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey })}'`,
        },
      },
    }),
  });
  const { product } = stage;
  const [node, ...program] = self;
  // A heap has the keys of the profile in it: it is the test that wants it written.
  const cwd = product.holdsSecret(join(product.folder, 'heap'));
  mkdirSync(cwd);
  const daemon = product.run([node, '--heapsnapshot-signal=SIGUSR2', ...program, 'daemon', 'run'], {
    cwd,
  });
  await whenever('it listens', async () => (await product.daemon()) !== undefined);
  const canary = `canary-${crypto.randomUUID()}`;
  const get = (host: string, VAULT_TOKEN: string) => product.get(host, { env: { VAULT_TOKEN } });
  // Profiles that do not say their account are asked who they are.
  failureOf(await get(HOST, canary));
  const own = HOST.replace(/^\d+/, SECONDARY_ACCOUNT);
  passwordOf(await get(own, canary), own);
  // Of the last request, the parser's own views may be left.
  failureOf(await get(HOST, 'another'));
  process.kill(await daemonPid(product), 'SIGUSR2');
  let heap = '';
  await whenever('its heap is written', async () => {
    const [file] = readdirSync(cwd).filter((name) => name.endsWith('.heapsnapshot'));
    heap = file === undefined ? '' : await readFile(join(cwd, file), 'latin1');
    return heap.trimEnd().endsWith(']}');
  });
  assert.ok(!heap.includes(canary));
  await product.run(['ecr-xacct', 'daemon', 'stop']);
  await daemon;
});
