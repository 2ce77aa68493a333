// People's own programs in a credential_process: slow, hanging, talkative, or with processes that they leave behind.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning, whenEnded, whenever } from '../../support/processes.ts';
import { failureOf, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, secretsOf, startProductStage } from '../../support/product/stage.ts';
import { findSecretsInFiles, findSecretsInProcesses, findSecretsInText } from '../../support/secret-scan.ts';

const WITHOUT_DAEMON = { ECR_XACCT_DAEMON: 'off' };

/** The developer's keys, in the output form of a credential_process. */
function keys({ cast: { dev } }: ProductStage): string {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = dev;
  return JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
}

/** The file with this name in the test's folder, for the scripts' notes. */
function note({ product }: ProductStage, name: string): string {
  return join(product.folder, name);
}

/** Makes this POSIX shell source the credential_process of the rule's profile. @returns its path. */
async function runScript(stage: ProductStage, source: string, args = ''): Promise<string> {
  const script = stage.product.holdsSecret(note(stage, 'process.sh'));
  await writeFile(script, `#!/bin/sh\n${source}\n`, { mode: 0o700 });
  await stage.product.configure({
    config: { 'profile mine': { credential_process: `${script}${args}` } },
    registries: { [HOST]: { profile: 'mine' } },
  });
  return script;
}

/** The process IDs that a script has recorded, one per line. */
async function pids(stage: ProductStage): Promise<number[]> {
  const lines = await readFile(note(stage, 'pids'), 'utf8').catch(() => '');
  return lines.split('\n').filter(Boolean).map(Number);
}

test('One that takes its time is waited for.', async () => {
  await using stage = await startProductStage({ env: WITHOUT_DAEMON });
  const { product, aws } = stage;
  const gate = note(stage, 'gate');
  await product.run(['mkfifo', gate]);
  await runScript(stage, `echo $$ >>'${note(stage, 'pids')}'; cat '${gate}'`);
  const answer = product.get(HOST);
  await whenever('the credential_process runs', async () => (await pids(stage)).length === 1);
  assert.equal(aws.count(), 0);
  await writeFile(gate, keys(stage));
  passwordOf(await answer, HOST);
});

test('Of temporary credentials, the session token that it prints goes with the keys.', async () => {
  await using stage = await startProductStage({ env: WITHOUT_DAEMON });
  const { product, aws, cast } = stage;
  const caller = aws.world.credentials(cast.dev.accessKeyId)?.caller;
  assert.ok(caller !== undefined);
  const issued = aws.world.issueSession(caller, Date.now() + 3_600_000);
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, session } = issued;
  const printed = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken: session.token });
  await runScript(stage, `echo '${printed}'`);
  passwordOf(await product.get(HOST), HOST);
});

for (const [where, env] of Object.entries({ 'by the daemon': {}, 'without one': WITHOUT_DAEMON })) {
  test(`One that hangs is ended at the deadline, with what it started, ${where}.`, async () => {
    await using stage = await startProductStage({ env: { ECR_XACCT_TIMEOUT: '5', ...env } });
    const noted = `>>'${note(stage, 'pids')}'`;
    await runScript(stage, `echo $$ ${noted}; (sleep 600) & echo $! ${noted}; wait`);
    assert.match(failureOf(await stage.product.get(HOST)), /its credential_process did not end within 5 s/);
    const [own, child] = await pids(stage);
    assert.ok(own !== undefined && child !== undefined);
    await whenEnded(own);
    await whenEnded(child);
  });
}

test('What it leaves in its process group, holding its output, is ended at the deadline too.', async () => {
  await using stage = await startProductStage({ env: { ECR_XACCT_TIMEOUT: '5', ...WITHOUT_DAEMON } });
  await runScript(stage, `sleep 600 & echo $! >'${note(stage, 'pids')}'; echo '${keys(stage)}'`);
  const line = failureOf(await stage.product.get(HOST));
  assert.match(line, /ended, but something that it started kept its output open/);
  const [child] = await pids(stage);
  assert.ok(child !== undefined);
  await whenEnded(child);
});

test('A daemon that it starts, as gpg starts its agent, lives on.', async () => {
  await using stage = await startProductStage({ env: WITHOUT_DAEMON });
  const daemon = `setsid sh -c 'echo $$ >${note(stage, 'pids')}; exec sleep 600' >/dev/null 2>&1 &`;
  await runScript(
    stage,
    `${daemon}\nuntil test -s ${note(stage, 'pids')}; do :; done\necho '${keys(stage)}'`,
  );
  passwordOf(await stage.product.get(HOST), HOST);
  const [agent] = await pids(stage);
  assert.ok(agent !== undefined);
  assert.equal(await isRunning(agent), true);
  process.kill(agent, 'SIGKILL');
  await whenEnded(agent);
});

test('Almost a mebibyte on stdout, and on stderr, is no obstacle.', async () => {
  await using stage = await startProductStage({ env: WITHOUT_DAEMON });
  const blanks = "head -c 1000000 /dev/zero | tr '\\0' ' '";
  await runScript(stage, `${blanks}; ${blanks} >&2; echo '${keys(stage)}'`);
  passwordOf(await stage.product.get(HOST), HOST);
});

test('JSON that is no object, and keys that are none, are said to be that.', async (t) => {
  await using stage = await startProductStage({ env: WITHOUT_DAEMON });
  const rows: [printed: string, says: RegExp][] = [
    ['null', /its credential_process printed invalid JSON;/],
    ['[]', /its credential_process printed JSON without "Version": 1;/],
    ['{"Version":1,"AccessKeyId":"","SecretAccessKey":""}', /without AccessKeyId and SecretAccessKey;/],
    ['{"Version":1,"AccessKeyId":7,"SecretAccessKey":{}}', /without AccessKeyId and SecretAccessKey;/],
  ];
  for (const [printed, says] of rows) {
    await t.test(printed, async () => {
      await runScript(stage, `echo '${printed}'`);
      assert.match(failureOf(await stage.product.get(HOST)), says);
    });
  }
});

test('A secret on its stdout, its stderr and its command line is seen nowhere, whether it fails or not.', async () => {
  await using stage = await startProductStage({ env: { ECR_XACCT_LOG: 'debug' } });
  const { product } = stage;
  const canary = `canary-${crypto.randomUUID()}`;
  const said: string[] = [];
  let script = '';
  const shown = 'echo "$1"; echo "$1" >&2';
  for (const fails of [`${shown}; exit 1`, shown, `${shown}; kill -9 $$`, `${shown}; nosuch-program`]) {
    script = await runScript(stage, fails, ` ${canary}`);
    said.push(failureOf(await product.get(HOST)));
  }
  await runScript(stage, `echo "$1" >&2; echo '${keys(stage)}'`, ` ${canary}`);
  passwordOf(await product.get(HOST), HOST);
  assert.deepEqual(findSecretsInText(said.join(), 'what it said', [canary]), []);
  const secrets = [canary, ...secretsOf(stage)];
  const files = await findSecretsInFiles([product.folder], secrets);
  assert.deepEqual(
    files.filter(({ path }) => path !== script && !path.startsWith(`${product.home}/.aws/`)),
    [],
  );
  assert.deepEqual(await findSecretsInProcesses([canary]), []);
});
