// After their answers, the daemon's memory has nothing of its callers' environments.
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
  // The heap contains the profile's keys, because the test writes them there.
  const cwd = product.holdsSecret(join(product.folder, 'heap'));
  mkdirSync(cwd);
  const daemon = product.run([node, '--heapsnapshot-signal=SIGUSR2', ...program, 'daemon', 'run'], {
    cwd,
  });
  await whenever('it listens', async () => (await product.daemon()) !== undefined);
  const canary = `canary-${crypto.randomUUID()}`;
  const get = (host: string, VAULT_TOKEN: string) => product.get(host, { env: { VAULT_TOKEN } });
  // Profiles without a declared account: AWS is asked.
  failureOf(await get(HOST, canary));
  const own = HOST.replace(/^\d+/, SECONDARY_ACCOUNT);
  passwordOf(await get(own, canary), own);
  // The parser's own views of the last request may remain.
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
