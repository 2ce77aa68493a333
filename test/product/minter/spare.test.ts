// The spare minter: the next mint uses it, another replaces it, its death does not matter, and it ends after its time.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Environment } from '../../../src/invocation.ts';
import { createMinters, type Minters } from '../../../src/minter/start-minter.ts';
import { answerOf } from '../../../src/questions.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { whenEnded, whenever } from '../../support/processes.ts';
import { self } from '../../support/product/product.ts';
import { HOST, type ProductStage, roleFiles, startProductStage } from '../../support/product/stage.ts';

const MINUTE = 60_000;

async function mint(
  minters: Minters,
  { product }: ProductStage,
  profile = 'dev',
  env: Environment = product.env,
) {
  const registry = parseRegistry(HOST);
  assert.ok(registry !== undefined);
  const identity = { kind: 'profile', profile } as const;
  const resolution = {
    hostname: HOST,
    registry,
    identity,
    step: 'rule',
    reason: '',
    stsRegion: 'us-east-1',
  } as const;
  return answerOf(await minters.mint(resolution, env, MINUTE));
}

/** The process IDs of the spare minters that this process has started. */
async function spares(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all(
        ['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      // proc(5): after the name come state and parent.
      const [state, parent] = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
      const isSpare = command?.includes('\0--spare') && state !== 'Z' && parent === String(process.pid);
      return isSpare ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function oneSpare(): Promise<number> {
  await whenever('a spare runs', async () => (await spares()).length === 1);
  const [pid] = await spares();
  assert.ok(pid !== undefined);
  return pid;
}

test('A spare does the next mint, in the environment of the caller, and another takes its place.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const minters = createMinters(self, MINUTE);
  minters.warm({});
  const first = await oneSpare();
  const token = await mint(minters, stage, 'puller');
  assert.equal(token?.password, stage.aws.issuedTokens[0]?.password);
  assert.match(stage.aws.issuedTokens[0]?.principal ?? '', /:assumed-role\/EcrPull\//);
  await whenEnded(first);
  assert.notEqual(await oneSpare(), first);
  minters.close();
  await whenever('the last spare has ended', async () => (await spares()).length === 0);
});

test('Without a spare wanted, a mint leaves no process behind.', async () => {
  await using stage = await startProductStage();
  const minters = createMinters(self, 0);
  minters.warm({});
  await mint(minters, stage);
  await new Promise(setImmediate);
  assert.deepEqual(await spares(), []);
});

test('A mint succeeds although the spare was killed.', async () => {
  await using stage = await startProductStage();
  const minters = createMinters(self, MINUTE);
  minters.warm({});
  const pid = await oneSpare();
  // It is stopped first, so that it gets the job before its end is seen.
  process.kill(pid, 'SIGSTOP');
  const minted = mint(minters, stage);
  process.kill(pid, 'SIGKILL');
  assert.equal((await minted).password, stage.aws.issuedTokens[0]?.password);
  minters.close();
});

test('A spare ends when its time is over.', async () => {
  const minters = createMinters(self, 1);
  minters.warm({});
  await whenever('the spare has ended', async () => (await spares()).length === 0);
});

for (const name of ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'AWS_CA_BUNDLE']) {
  test(`A spare trusts what the caller's ${name} has, whatever it was started with.`, async () => {
    const authority = await createCertificateAuthority();
    const tls = await authority.issue(['127.0.0.1']);
    await using stage = await startProductStage({ aws: { tls } });
    const file = join(stage.product.folder, 'ca.pem');
    await writeFile(file, authority.cert);
    await assertFromSpare(stage, { ...stage.product.env, [name]: file });
  });
}

test('A spare that was started for one caller trusts for another what that one does, and nothing else.', async () => {
  const authority = await createCertificateAuthority();
  await using stage = await startProductStage({ aws: { tls: await authority.issue(['127.0.0.1']) } });
  const { env, folder } = stage.product;
  const files = { own: join(folder, 'own.pem'), other: join(folder, 'other.pem') };
  await writeFile(files.own, authority.cert);
  await writeFile(files.other, (await createCertificateAuthority('Another test root')).cert);
  const own = { ...env, NODE_EXTRA_CA_CERTS: files.own };
  for (const before of [own, { AWS_CA_BUNDLE: files.other }, { AWS_CA_BUNDLE: '/nonexistent/ca.pem' }]) {
    await assertFromSpare(stage, own, before);
  }
  for (const other of [
    { ...env, NODE_EXTRA_CA_CERTS: files.other },
    { ...env, AWS_CA_BUNDLE: files.other },
    env,
  ]) {
    await assert.rejects(assertFromSpare(stage, other, own), { code: 'tls' });
  }
});

test("A spare trusts the system's certificates, too, where NODE_USE_SYSTEM_CA=1.", async () => {
  const authority = await createCertificateAuthority();
  await using stage = await startProductStage({ aws: { tls: await authority.issue(['127.0.0.1']) } });
  const { folder, env } = stage.product;
  const [AWS_CA_BUNDLE, SSL_CERT_FILE] = [join(folder, 'bundle.pem'), join(folder, 'system.pem')];
  await writeFile(AWS_CA_BUNDLE, (await createCertificateAuthority('Another test root')).cert);
  // Beside a bundle, it is in the system's folder.
  await writeFile(SSL_CERT_FILE, authority.cert);
  const own = { ...env, AWS_CA_BUNDLE, SSL_CERT_FILE, NODE_USE_SYSTEM_CA: '1' };
  for (const before of [{}, own]) await assertFromSpare(stage, own, before);
});

test('A file of NODE_EXTRA_CA_CERTS that is not there costs no spare.', async () => {
  await using stage = await startProductStage();
  await assertFromSpare(stage, { ...stage.product.env, NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem' });
});

/** `before`: the caller for which the spare minter was started. */
async function assertFromSpare(stage: ProductStage, env: Environment, before: Environment = {}) {
  const minters = createMinters(self, MINUTE);
  minters.warm(before);
  const spare = await oneSpare();
  try {
    await mint(minters, stage, 'dev', env);
    await whenEnded(spare);
  } finally {
    minters.close();
    await whenever('the last spare has ended', async () => (await spares()).length === 0);
  }
}
