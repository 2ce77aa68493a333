// The spare minter: used by the next mint, replaced after it, missed by nobody when it dies, gone when its time is over.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createMinters, type Minters } from '../../../src/minter/start-minter.ts';
import { answerOf } from '../../../src/questions.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { whenEnded, whenever } from '../../support/processes.ts';
import { self } from '../../support/product/product.ts';
import { HOST, type ProductStage, roleFiles, startProductStage } from '../../support/product/stage.ts';

const MINUTE = 60_000;

async function mint(minters: Minters, { product }: ProductStage, profile = 'dev') {
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
  return answerOf(await minters.mint(resolution, product.env, MINUTE));
}

/** The process IDs of the spares that this process has started. */
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

test('A spare does the next mint, in the environment of whoever asks, and another takes its place.', async () => {
  await using stage = await startProductStage({ files: roleFiles });
  const minters = createMinters(self, MINUTE);
  minters.warm();
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
  minters.warm();
  await mint(minters, stage);
  await new Promise(setImmediate);
  assert.deepEqual(await spares(), []);
});

test('A spare that was killed is missed by nobody.', async () => {
  await using stage = await startProductStage();
  const minters = createMinters(self, MINUTE);
  minters.warm();
  const pid = await oneSpare();
  // Stopped first, so that its end is not seen before the job is given to it.
  process.kill(pid, 'SIGSTOP');
  const minted = mint(minters, stage);
  process.kill(pid, 'SIGKILL');
  assert.equal((await minted).password, stage.aws.issuedTokens[0]?.password);
  minters.close();
});

test('A spare ends when its time is over.', async () => {
  const minters = createMinters(self, 1);
  minters.warm();
  await whenever('the spare has ended', async () => (await spares()).length === 0);
});

test('Certificates that Node reads only at its start are not missed by a mint.', async () => {
  await using stage = await startProductStage({ env: { NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem' } });
  const minters = createMinters(self, MINUTE);
  minters.warm();
  const spare = await oneSpare();
  await mint(minters, stage);
  assert.equal(await oneSpare(), spare);
  minters.close();
});
