// The daemon's purpose: however often Docker asks, and from however many processes, AWS is asked once, until something
// changes.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { processesWith, whenever } from '../../support/processes.ts';
import { failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  keysOf,
  roleArn,
  roleFiles,
  secretsOf,
  startProductStage,
  tokensOf,
} from '../../support/product/stage.ts';
import { findSecretsInFiles, findSecretsInProcesses } from '../../support/secret-scan.ts';

/** Calls `ask` with 0 to `times`, a few at a time. */
async function several<T>(times: number, ask: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < times) results.push(await ask(next++));
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return results;
}

function registry(account: number): string {
  return `${String(account).padStart(12, '0')}.dkr.ecr.us-east-1.amazonaws.com`;
}

async function daemons({ folder }: Product): Promise<number> {
  return (await processesWith(folder)).filter(({ command }) => command.includes('daemon run')).length;
}

test('A hundred gets through a role make one AssumeRole and one GetAuthorizationToken, and leave no secret behind.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const { aws, product } = stage;
  const passwords = await several(100, async () => passwordOf(await product.get(HOST), HOST));
  assert.deepEqual(new Set(passwords), new Set([aws.issuedTokens[0]?.password]));
  assert.deepEqual(
    aws.calls.map(({ action }) => action),
    ['AssumeRole', 'GetAuthorizationToken'],
  );
  assert.equal((await product.daemon())?.tokens[0]?.served, 100);
  const secrets = secretsOf(stage);
  assert.deepEqual(await findSecretsInProcesses(tokensOf(stage)), []);
  const inFiles = await findSecretsInFiles([product.folder], secrets);
  assert.deepEqual(
    inFiles.filter(({ path }) => !path.startsWith(`${product.home}/.aws/`)),
    [],
  );
});

test('Forty registries of one identity and region share one token; another region needs its own.', async () => {
  await using stage = await startProductStage();
  const { aws, cast, product } = stage;
  const registries = { '*.dkr.ecr.*.amazonaws.com': { profile: 'dev' } };
  await product.configure({ ...devFiles(cast), registries });
  const passwords = await several(40, async (index) => {
    return passwordOf(await product.get(registry(index)), registry(index));
  });
  assert.deepEqual(new Set(passwords), new Set([aws.issuedTokens[0]?.password]));
  assert.equal(aws.count(), 1);
  assert.equal((await product.daemon())?.tokens[0]?.hostnames.length, 40);

  const elsewhere = registry(1).replace('us-east-1', 'eu-west-1');
  passwordOf(await product.get(elsewhere), elsewhere);
  assert.deepEqual(
    aws.calls.map(({ region }) => region),
    ['us-east-1', 'eu-west-1'],
  );
});

test('Twenty first gets at once, with no daemon yet, make one mint and one daemon.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const { aws, product } = stage;
  const answers = await Promise.all(Array.from({ length: 20 }, () => product.get(HOST)));
  const passwords = answers.map((ran) => passwordOf(ran, HOST));
  assert.deepEqual(new Set(passwords), new Set([aws.issuedTokens[0]?.password]));
  assert.equal(aws.count(), 2);
  assert.equal((await product.daemon())?.tokens[0]?.served, 20);
  // A daemon that comes too late reports that to the process that started it, and ends.
  await whenever('one daemon is left', async () => (await daemons(product)) === 1);
});

test('Different identities that are asked for at once do not wait for one another.', async () => {
  await using stage = await startProductStage();
  const { aws, cast, product } = stage;
  const other = registry(7);
  await product.configure({
    ...devFiles(cast),
    registries: {
      [HOST]: { role_arn: roleArn('EcrPull'), source_profile: 'dev' },
      [other]: { profile: 'dev' },
    },
  });
  const hang = aws.faults.next({ kind: 'hang', service: 'sts' });
  const slow = product.get(HOST);
  await hang.reached;
  passwordOf(await product.get(other), other);
  hang.release();
  passwordOf(await slow, HOST);
});

test('A token that AWS says has expired already is handed out and not kept.', async () => {
  await using stage = await startProductStage();
  const { aws, product } = stage;
  aws.faults.next({ kind: 'token', expiresAt: Date.UTC(2015, 0, 1), times: 2 });
  for (const count of [1, 2]) {
    assert.equal(passwordOf(await product.get(HOST), HOST), aws.issuedTokens.at(-1)?.password);
    assert.equal(aws.count(), count);
  }
});

test('The three gets with which BuildKit answers a failure ask AWS once.', async () => {
  await using stage = await startProductStage({ env: { AWS_MAX_ATTEMPTS: '1' } });
  const { aws, product } = stage;
  aws.faults.next({ kind: 'throttle', times: 3 });
  const lines = [failureOf(await product.get(HOST)), failureOf(await product.get(HOST))];
  assert.equal(lines[0], lines[1]);
  assert.equal(aws.count(), 1);
});

test('Forty registries of an identity that AWS refuses are asked for by a build: AWS is asked once.', async () => {
  const hostnames = Array.from({ length: 40 }, (_, index) => registry(index + 1));
  await using stage = await startProductStage({
    files: (cast) => ({
      ...devFiles(cast),
      credentials: { dev: keysOf({ ...cast.dev, accessKeyId: 'AKIAREFUSEDREFUSED00' }) },
      registries: Object.fromEntries(hostnames.map((hostname) => [hostname, { profile: 'dev' }])),
    }),
  });
  for (const hostname of hostnames) {
    const line = failureOf(await stage.product.get(hostname));
    assert.match(line, new RegExp(`^ecr-xacct: ${hostname}: profile dev: AWS does not know its access key`));
  }
  assert.equal(stage.aws.count(), 1);
});

test('A failure that the user has fixed meanwhile is not remembered.', async () => {
  await using stage = await startProductStage();
  const { cast, product } = stage;
  const script = product.holdsSecret(join(product.folder, 'keys.sh'));
  const config = { 'profile dev': { credential_process: script } };
  await product.configure({ ...devFiles(cast), config, credentials: {} });
  assert.match(
    failureOf(await product.get(HOST)),
    /credential_process is to run .*keys\.sh, which does not exist/,
  );
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
  const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
  await writeFile(script, `#!/bin/sh\necho '${keys}'\n`, { mode: 0o700 });
  passwordOf(await product.get(HOST), HOST);
});

test('Edits of ~/.aws/config, ~/.aws/credentials and config.yaml count on the next get.', async (t) => {
  await using stage = await startProductStage({ files: roleFiles });
  const { aws, cast, product } = stage;
  const principal = async () => {
    const password = passwordOf(await product.get(HOST), HOST);
    return aws.issuedTokens
      .find((token) => token.password === password)
      ?.principal.split('/')
      .slice(0, 2)
      .join('/');
  };
  const pull = 'arn:aws:sts::111122223333:assumed-role/EcrPull';
  const push = 'arn:aws:sts::111122223333:assumed-role/EcrPush';
  const pushProfile = { role_arn: roleArn('EcrPush'), source_profile: 'dev' };
  const files = roleFiles(cast);
  assert.equal(await principal(), pull);

  await t.test('Another role_arn in ~/.aws/config.', async () => {
    await product.configure({ ...files, config: { 'profile puller': pushProfile } });
    assert.equal(await principal(), push);
  });
  await t.test('Another role_arn in a rule of config.yaml.', async () => {
    await product.configure({
      ...files,
      registries: { [HOST]: { ...pushProfile, role_arn: roleArn('EcrPull') } },
    });
    assert.equal(await principal(), pull);
    await product.configure({ ...files, registries: { [HOST]: pushProfile } });
    assert.equal(await principal(), push);
  });
  await t.test('Other keys in ~/.aws/credentials.', async () => {
    await product.configure({ ...files, credentials: { dev: keysOf(cast.denied) } });
    assert.equal((await product.get(HOST)).status, 1);
  });
  await t.test('Only another secret in ~/.aws/credentials, even one as long.', async () => {
    const wrong = { ...cast.dev, secretAccessKey: cast.dev.secretAccessKey.replace('d', 'D') };
    await product.configure(files);
    assert.equal(await principal(), pull);
    await product.configure({ ...files, credentials: { dev: keysOf(wrong) } });
    assert.equal((await product.get(HOST)).status, 1);
  });
  await t.test('The old files again: the token of then is still there.', async () => {
    const before = aws.count();
    await product.configure(files);
    assert.equal(await principal(), pull);
    assert.equal(aws.count(), before);
  });
});
