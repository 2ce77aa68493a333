// What the system and Node write when a process crashes or is told to: without a secret.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { CANARY } from '../../fake-aws/canary.ts';
import { skipWithout } from '../../support/peers.ts';
import { isRunning, whenEnded, whenever } from '../../support/processes.ts';
import { pretendDaemon } from '../../support/product/pretend-daemon.ts';
import { bin, daemonPid, type Product, passwordOf, self } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';
import { findSecretsInFiles } from '../../support/secret-scan.ts';

/** core(5): memory that the process itself has written. By default, a dump has more. */
const WRITTEN = '0x01';

/** The path at which the system writes a core dump; undefined if a program receives it. */
async function coresOf(pid: number): Promise<(() => Promise<string[]>) | undefined> {
  const pattern = (await readFile('/proc/sys/kernel/core_pattern', 'utf8')).trim();
  if (!/^core[%.a-z]*$/.test(pattern)) return undefined;
  const folder = await readlink(`/proc/${pid}/cwd`);
  const before = await readdir(folder);
  return async () => {
    const made = (await readdir(folder)).filter((name) => name.startsWith('core') && !before.includes(name));
    return made.map((name) => join(folder, name));
  };
}

/** For a core with all memory, which is large and mostly empty: searches for the unencoded text. */
async function hasCanary(file: string): Promise<boolean> {
  let before: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 22 }) as AsyncIterable<Buffer>) {
    if (Buffer.concat([before, chunk]).includes(CANARY)) return true;
    before = chunk.subarray(-CANARY.length);
  }
  return false;
}

async function hasSecret(file: string): Promise<boolean> {
  return (await findSecretsInFiles([file], [CANARY])).length > 0;
}

/** Ends a process so that it leaves a core dump, and searches that. */
async function dump(pid: number, signal: NodeJS.Signals, search = hasSecret) {
  const cores = await coresOf(pid);
  process.kill(pid, signal);
  await whenEnded(pid);
  const files = (await cores?.()) ?? [];
  const found = await Promise.all(files.map(search));
  for (const file of files) await rm(file);
  return { isThere: files.length > 0, isFound: found.includes(true), isExpected: cores !== undefined };
}

/** A daemon with a token, under the highest limit for core dumps, which it does not set itself. */
async function startDumping(product: Product): Promise<{ pid: number; ended: Promise<unknown> }> {
  const [node, ...words] = self;
  const script = 'ulimit -c unlimited; exec "$@"';
  const command = ['sh', '-c', script, 'sh', node, ...words, 'daemon', 'run'];
  const ended = product.run(command, { cwd: product.folder });
  await whenever('it listens', async () => (await product.daemon()) !== undefined);
  passwordOf(await product.get(HOST), HOST);
  return { pid: await daemonPid(product), ended };
}

async function minterOf(daemon: number): Promise<number> {
  let minter = Number.NaN;
  await whenever('a minter waits', async () => {
    minter = Number.parseInt(await readFile(`/proc/${daemon}/task/${daemon}/children`, 'utf8'), 10);
    const filter = await readFile(`/proc/${minter}/coredump_filter`, 'utf8').catch(() => '');
    return /^0+\n$/.test(filter) && (await isRunning(minter));
  });
  return minter;
}

describe('a core', { skip: skipWithout('namespaces') }, () => {
  for (const signal of ['SIGABRT', 'SIGQUIT'] as const) {
    test(`of the daemon and of a minter at ${signal}, whatever the limit, has no secret in it`, async () => {
      await using stage = await startProductStage();
      const { pid, ended } = await startDumping(stage.product);
      for (const one of [await minterOf(pid), pid]) {
        const { isFound, isThere, isExpected } = await dump(one, signal);
        assert.ok(!isFound);
        // Without any memory, the dump is still a file.
        if (one === pid) assert.equal(isThere, isExpected);
      }
      await ended;
    });
  }

  test('of a daemon that did not keep its memory out would have one', async (t) => {
    await using stage = await startProductStage();
    const { pid, ended } = await startDumping(stage.product);
    await writeFile(`/proc/${pid}/coredump_filter`, WRITTEN);
    const { isFound, isExpected } = await dump(pid, 'SIGABRT', hasCanary);
    await ended;
    if (!isExpected) t.diagnostic('a program gets the cores of this machine');
    assert.equal(isFound, isExpected);
  });

  test('of the native client is not made', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    await mkdir(dirname(product.socket), { mode: 0o700 });
    const asked = Promise.withResolvers<void>();
    await using _daemon = await pretendDaemon(product.socket, (socket) => {
      // It has the secret, and waits for the rest.
      socket.once('end', () => socket.write(`0{"Secret":"${CANARY}`, () => asked.resolve())).resume();
    });
    const script = 'ulimit -c unlimited; exec "$0" get';
    const client = spawn('sh', ['-c', script, join(bin, 'docker-credential-ecr-xacct')], {
      env: product.env,
      cwd: product.folder,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(client, 'exit');
    client.stdin.end(HOST);
    await asked.promise;
    const cores = await coresOf(client.pid ?? 0);
    client.kill('SIGABRT');
    assert.deepEqual(await ended, [null, 'SIGABRT']);
    assert.deepEqual((await cores?.()) ?? [], []);
  });
});

test('No report and no picture of the heap is written at a signal, whatever NODE_OPTIONS of the caller says.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const folder = join(product.folder, 'reports');
  await mkdir(folder);
  const NODE_OPTIONS = [
    `--report-directory=${folder}`,
    `--diagnostic-dir=${folder}`,
    '--report-on-signal',
    '--report-on-fatalerror',
    '--report-uncaught-exception',
    '--heapsnapshot-near-heap-limit=1',
  ].join(' ');
  const env = { NODE_OPTIONS, NODE_REPORT_DIRECTORY: folder };
  passwordOf(await product.get(HOST, { env }), HOST);
  passwordOf(await product.get(HOST, { env: { ...env, ECR_XACCT_DAEMON: 'off' } }), HOST);
  const pid = await daemonPid(product);
  process.kill(pid, 'SIGUSR2');
  await whenEnded(pid);
  assert.deepEqual(await readdir(folder), []);
  // Node itself writes one, if the limit allows it.
  const script = "process.kill(process.pid, 'SIGUSR2'); setInterval(() => {}, 1000)";
  const other = spawn(process.execPath, ['-e', script], {
    env: { ...env, PATH: '/usr/bin' },
    stdio: 'ignore',
  });
  await whenever('a report is there', async () => (await readdir(folder)).length > 0);
  other.kill('SIGKILL');
});
