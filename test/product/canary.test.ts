// The stage of the product tests fails if a secret of the fake AWS gets out: in a file, in output, in a process.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CANARY } from '../fake-aws/canary.ts';
import { whenever } from '../support/processes.ts';
import { passwordOf, self } from '../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../support/product/stage.ts';

/** Ends a stage after this. @returns the findings, without the folder; undefined if there are none. */
async function after(leak: (stage: ProductStage) => Promise<unknown>): Promise<unknown> {
  const stage = await startProductStage();
  passwordOf(await stage.product.get(HOST), HOST);
  await leak(stage);
  const found: unknown = await stage[Symbol.asyncDispose]().then(
    () => undefined,
    (error: unknown) => (error instanceof assert.AssertionError ? error.actual : error),
  );
  return JSON.parse(JSON.stringify(found ?? null).replaceAll(`${stage.product.folder}/`, ''));
}

test('A token that ECR gave, in the log, fails the test, whatever the form.', async () => {
  const log = (stage: ProductStage, write: (token: string) => string) =>
    appendFile(
      join(stage.product.home, '.local/state/ecr-xacct/daemon.log'),
      write(stage.aws.issuedTokens[0]?.password ?? ''),
    );
  const path = 'home/.local/state/ecr-xacct/daemon.log';
  assert.deepEqual(await after((stage) => log(stage, (token) => token)), [{ path, form: 'plain' }]);
  const basic = (token: string) => Buffer.from(`AWS:${token}`).toString('base64');
  assert.deepEqual(await after((stage) => log(stage, basic)), [{ path, form: 'base64' }]);
  assert.equal(await after(async () => {}), null);
});

test('What a program writes is searched at once.', async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  await assert.rejects(product.run(['echo', cast.dev.secretAccessKey]), /a secret .* got out: echo/);
  const toStderr = ['sh', '-c', `echo ${cast.webIdentityToken} >&2`];
  await assert.rejects(product.run(toStderr), /got out/);
  await product.run(['echo', CANARY], { showsSecret: true });
});

test('A daemon with a secret in its environment or its arguments fails the test.', async () => {
  const found = await after(async ({ product }) => {
    await product.run(['ecr-xacct', 'daemon', 'stop']);
    const [node, ...words] = self;
    const leaks = { LEAK: CANARY };
    void product.run([node, `--title=${CANARY}`, ...words, 'daemon', 'run'], { env: leaks });
    await whenever('it listens', async () => (await product.daemon()) !== undefined);
  });
  const kinds = (found as { path: string }[]).map(({ path }) => path.replace(/\d+/, 'PID'));
  assert.deepEqual(kinds, ['/proc/PID/cmdline', '/proc/PID/environ']);
});
