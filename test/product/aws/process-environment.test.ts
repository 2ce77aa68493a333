// The environment of other programs: a credential_process and a fallback helper get their caller's, and nothing of it
// is kept.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { whenever } from '../../support/processes.ts';
import { type Front, fronts, runFront } from '../../support/product/fronts.ts';
import { bin, daemonPid, failureOf, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../../support/product/stage.ts';
import { findSecretsInProcesses } from '../../support/secret-scan.ts';

/** Variables that people's programs use, and that are in no list of ours. */
const OWN = {
  VAULT_TOKEN: 's.canary',
  OP_SESSION_corp: 'canary',
  WSL_INTEROP: '/run/WSL/8_interop',
  KRB5CCNAME: 'FILE:/tmp/krb5cc_1000_x',
  REQUESTS_CA_BUNDLE: '/etc/ssl/certs/ca-certificates.crt',
  BROWSER: 'wslview',
  SSH_AUTH_SOCK: '/tmp/ssh/agent.1',
  TMUX_PANE: '%3',
  NODE_OPTIONS: '--no-warnings',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  LD_LIBRARY_PATH: '/nowhere',
  NODE_PATH: '/nowhere',
  OPENSSL_CONF: '/dev/null',
  // Also names of a launcher's own variables.
  folder: 'x',
  name: 'x',
  self: 'x',
  node: 'x',
  MY_OWN: 'a=b "c" ü\nnext line',
};

const PUBLIC = 'public.ecr.aws';

/** A stage whose profile `mine` gets its keys from a script that first records its environment. */
async function startStage(
  config: object = {},
): Promise<ProductStage & { noted: () => Promise<Map<string, string>> }> {
  const stage = await startProductStage();
  const { product, cast } = stage;
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
  const script = product.holdsSecret(join(product.folder, 'vend'));
  const note = join(product.folder, 'environ');
  const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
  // The shell's initial environment: a shell adds variables to the output of `env`.
  writeFileSync(script, `#!/bin/sh\ncat /proc/$$/environ >'${note}'\necho '${keys}'\n`, { mode: 0o700 });
  await product.configure({ config: { 'profile mine': { credential_process: script } } });
  writeFileSync(
    join(product.home, '.config', 'ecr-xacct', 'config.yaml'),
    JSON.stringify({ registries: { [HOST]: { profile: 'mine' } }, ...config }),
  );
  const noted = async () =>
    new Map(
      (await readFile(note, 'utf8'))
        .split('\0')
        .filter(Boolean)
        .map((variable) => [
          variable.slice(0, variable.indexOf('=')),
          variable.slice(variable.indexOf('=') + 1),
        ]),
    );
  return { ...stage, noted };
}

const getBy = (front: Front, { product }: ProductStage, env: Record<string, string>) =>
  product.run([...front.command, 'get'], { input: HOST, env: { ...front.env, ...env } });

describe('a credential_process has its caller’s environment', () => {
  for (const front of fronts) {
    test(`all of it, and nothing of ours: ${front.name}`, async () => {
      await using stage = await startStage();
      // A shell that has none sets one.
      passwordOf(await getBy(front, stage, { ...OWN, PWD: stage.product.home }), HOST);
      const noted = await stage.noted();
      const expected = { ...stage.product.env, ...front.env, ...OWN, PWD: stage.product.home };
      assert.deepEqual(
        Object.fromEntries([...noted].toSorted()),
        Object.fromEntries(Object.entries(expected).toSorted()),
      );
    });
  }

  for (const name of ['LC_ALL', 'LC_MESSAGES', 'LANG']) {
    test(`also a ${name} at which Node would crash`, async () => {
      await using stage = await startStage();
      const LONG = 'a-language-of-a-test'.replaceAll('-', '');
      for (const front of fronts) {
        passwordOf(await getBy(front, stage, { [name]: LONG }), HOST);
        assert.equal((await stage.noted()).get(name), LONG, front.name);
        await stage.product.run(['ecr-xacct', 'daemon', 'stop']);
      }
    });
  }

  test('also in ecr-xacct login, explain --mint and get-login-password', async () => {
    await using stage = await startStage();
    const { product } = stage;
    for (const words of ['login', 'explain --mint', 'get-login-password']) {
      await rm(join(product.folder, 'environ'), { force: true });
      await product.run(['docker-credential-ecr-xacct', 'erase'], { input: HOST });
      const ran = await product.run(['ecr-xacct', ...words.split(' '), HOST], { env: { MY_OWN: 'x' } });
      assert.equal(ran.status, 0, ran.stderr);
      assert.equal((await stage.noted()).get('MY_OWN'), 'x', words);
    }
  });

  test('also where its account is asked for, in discovery', async () => {
    await using stage = await startStage();
    const { product, cast } = stage;
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
    const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
    const script = join(product.folder, 'vend');
    writeFileSync(script, `#!/bin/sh\ntest "$MY_OWN" = x && echo '${keys}'\n`, { mode: 0o700 });
    writeFileSync(join(product.home, '.config', 'ecr-xacct', 'config.yaml'), 'registries: {}\n');
    const own = HOST.replace(/^\d+/, SECONDARY_ACCOUNT);
    passwordOf(await product.get(own, { env: { MY_OWN: 'x' } }), own);
    const without = failureOf(await product.get(own, { env: { VAULT_ADDR: 'y' } }));
    assert.match(without, /its credential_process failed/);
  });

  test('also for ECR Public, where Docker would go on without a token', async () => {
    await using stage = await startStage();
    const env = { AWS_PROFILE: 'mine', MY_OWN: 'x' };
    for (const { command, env: more } of fronts) {
      await rm(join(stage.product.folder, 'environ'), { force: true });
      const ran = await stage.product.run([...command, 'get'], { input: PUBLIC, env: { ...env, ...more } });
      passwordOf(ran, PUBLIC);
      await stage.product.run([...command, 'erase'], { input: PUBLIC });
      assert.equal((await stage.noted()).get('MY_OWN'), 'x');
    }
  });

  test('but no minter and no daemon of ours has it in its own', async () => {
    await using stage = await startStage();
    const { product, cast } = stage;
    const gate = join(product.folder, 'gate');
    await product.run(['mkfifo', gate]);
    const script = join(product.folder, 'vend');
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
    const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
    writeFileSync(script, `#!/bin/sh\necho $$ >'${product.folder}/pid'\ncat '${gate}'\n`, { mode: 0o700 });
    const canary = `canary-${crypto.randomUUID()}`;
    const answer = product.get(HOST, { env: { VAULT_TOKEN: canary } });
    await whenever(
      'the process runs',
      async () => (await readFile(`${product.folder}/pid`, 'utf8').catch(() => '')) !== '',
    );
    const pid = Number(await readFile(`${product.folder}/pid`, 'utf8'));
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
    for (const ours of [parent, await daemonPid(product)]) {
      const environ = await readFile(`/proc/${ours}/environ`, 'utf8');
      assert.ok(!environ.includes(canary));
    }
    writeFileSync(gate, keys);
    passwordOf(await answer, HOST);
    assert.deepEqual(await findSecretsInProcesses([canary]), []);
  });

  test('more than the wire takes of it included: it is answered in the caller’s own process', async () => {
    await using stage = await startStage();
    const large = Object.fromEntries(
      Array.from({ length: 11 }, (_, n) => [`LARGE_${n}`, 'x'.repeat(100_000)]),
    );
    passwordOf(await stage.product.get(HOST, { env: large }), HOST);
    assert.equal((await stage.noted()).get('LARGE_10'), large.LARGE_10);
  });
});

describe('a token from a credential_process', () => {
  const elsewhere: Record<string, Record<string, string>> = {
    'another tmux pane': { TMUX_PANE: '%4', TMUX: '/tmp/tmux-1000/default,1,2', WINDOWID: '7' },
    'another SSH login': {
      SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22',
      SSH_TTY: '/dev/pts/9',
      SSH_AUTH_SOCK: '/tmp/ssh/agent.2',
      XDG_SESSION_ID: '42',
    },
    'another job of a CI': { GITHUB_RUN_ID: '2', CI_JOB_ID: '3', BUILD_NUMBER: '4', CI_JOB_TOKEN: 'x' },
  };
  for (const [where, env] of Object.entries(elsewhere)) {
    test(`is the same in ${where}`, async () => {
      await using stage = await startStage();
      const { product, aws } = stage;
      const first = passwordOf(
        await product.get(HOST, { env: { TMUX_PANE: '%1', GITHUB_RUN_ID: '1' } }),
        HOST,
      );
      assert.equal(passwordOf(await product.get(HOST, { env }), HOST), first);
      assert.equal(aws.count(), 1);
    });
  }

  test('is another one with another VAULT_ADDR, and with another variable that process_env names', async () => {
    await using stage = await startStage({ process_env: ['CORP_TENANT'] });
    const { product, aws } = stage;
    const get = async (env: Record<string, string>) => passwordOf(await product.get(HOST, { env }), HOST);
    const first = await get({ VAULT_ADDR: 'https://one.example', CORP_TENANT: 'a' });
    assert.notEqual(await get({ VAULT_ADDR: 'https://two.example', CORP_TENANT: 'a' }), first);
    assert.notEqual(await get({ VAULT_ADDR: 'https://one.example', CORP_TENANT: 'b' }), first);
    assert.equal(await get({ VAULT_ADDR: 'https://one.example', CORP_TENANT: 'a' }), first);
    assert.equal(aws.count(), 3);
  });
});

test('A path to the AWS files may have any variable of the caller’s in it.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const folder = product.holdsSecret(join(product.folder, 'elsewhere'));
  mkdirSync(folder);
  const { accessKeyId, secretAccessKey } = stage.cast.dev;
  writeFileSync(
    join(folder, 'credentials'),
    `[dev]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  await product.configure({ registries: { [HOST]: { profile: 'dev' } } });
  const env = { CORP_FILES: folder, AWS_SHARED_CREDENTIALS_FILE: '$CORP_FILES/credentials' };
  passwordOf(await product.get(HOST, { env }), HOST);
  assert.match(
    failureOf(await product.get(HOST, { env: { ...env, CORP_FILES: '/nowhere' } })),
    /profile dev/,
  );
});

describe('a fallback helper has its caller’s environment', () => {
  for (const front of fronts) {
    test(`all of it, and our mark: ${front.name}`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const folder = join(product.folder, 'helpers');
      const note = join(product.folder, 'environ');
      mkdirSync(folder);
      writeFileSync(
        join(folder, 'docker-credential-other'),
        `#!/bin/sh\ncat /proc/$$/environ >'${note}'\necho '{"ServerURL":"ghcr.io","Username":"me","Secret":"s"}'\n`,
        { mode: 0o755 },
      );
      await product.configure({ fallbackHelper: 'other' });
      const env = { ...OWN, ...front.env, PWD: product.home, PATH: `${bin}:${folder}:/usr/bin:/bin` };
      const ran = await runFront(product, { ...front, env }, 'get', 'ghcr.io');
      assert.equal(ran.status, 0, ran.stdout);
      const noted = (await readFile(note, 'utf8')).split('\0').filter(Boolean).toSorted();
      const expected = { ...product.env, ...env, ECR_XACCT_FALLBACK: '1' };
      assert.deepEqual(
        noted,
        Object.entries(expected)
          .map(([name, value]) => `${name}=${value}`)
          .toSorted(),
      );
    });
  }
});
