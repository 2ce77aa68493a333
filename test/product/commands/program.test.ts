// `ecr-xacct` for people: help, versions, wrong usage, and what the daemon commands print.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { test } from 'node:test';
import { whenEnded } from '../../support/processes.ts';
import { daemonPid, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const manifest = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };

function runner(product: Product) {
  return (...words: string[]) => product.run(['ecr-xacct', ...words]);
}

test('Help is on stdout, with the commands, an example and the exit statuses.', async (t) => {
  await using stage = await startProductStage();
  const run = runner(stage.product);
  for (const words of [['--help'], ['-h']]) {
    await t.test(`ecr-xacct ${words.join(' ')}`, async () => {
      const { status, stdout, stderr } = await run(...words);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      assert.match(stdout, /^Usage: ecr-xacct /);
      assert.match(stdout, /\n {2}daemon /);
      assert.match(stdout, /Exit status: 0 done, 1 failed .*, 2 wrong usage/);
    });
  }
  for (const command of ['run', 'stop']) {
    await t.test(`ecr-xacct daemon ${command} --help`, async () => {
      const { status, stdout } = await run('daemon', command, '--help');
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`Example: ecr-xacct daemon ${command}`));
      assert.doesNotMatch(stdout, /ready-fd/);
    });
  }
});

test('--version is the version, and nothing else.', async () => {
  await using stage = await startProductStage();
  const run = runner(stage.product);
  for (const word of ['--version', '-V']) {
    assert.deepEqual(await run(word), { status: 0, stdout: `${version}\n`, stderr: '' });
  }
});

test('Wrong usage exits with 2, and says on stderr what was wrong.', async (t) => {
  await using stage = await startProductStage();
  const run = runner(stage.product);
  const wrong = [
    ['explode'],
    ['--explode'],
    ['daemon', 'explode'],
    ['daemon', 'status'],
    ['daemon', 'stop', 'now'],
    ['daemon', 'run', '--ready-fd', '1'],
    ['status', ''],
    ['status', '--json', 'now'],
    ['explain'],
    ['explain', 'not a host'],
  ];
  for (const words of wrong) {
    await t.test(`ecr-xacct ${words.join(' ')}`, async () => {
      const { status, stdout, stderr } = await run(...words);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, /^error: /);
    });
  }
  await t.test('names the help of the command that was meant', async () => {
    assert.match((await run('grant', '--explode')).stderr, /^See: ecr-xacct grant --help$/m);
    assert.match((await run('daemon', 'stop', 'now')).stderr, /^See: ecr-xacct daemon stop --help$/m);
    assert.match((await run('explode')).stderr, /^See: ecr-xacct --help$/m);
  });
  await t.test('ecr-xacct daemon, without a command', async () => {
    const { status, stderr } = await run('daemon');
    assert.equal(status, 2);
    assert.match(stderr, /^Usage: ecr-xacct/);
  });
});

test('Without a command, it is status.', async () => {
  await using stage = await startProductStage();
  const run = runner(stage.product);
  const shown = await run();
  assert.match(shown.stdout, /^No daemon is running: the next pull starts one\.\n/);
  assert.deepEqual(shown, await run('status'));
});

test('stop ends the daemon, and leaves no socket and no process.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const run = runner(product);
  assert.deepEqual(await run('daemon', 'stop'), { status: 0, stdout: 'No daemon is running.\n', stderr: '' });
  passwordOf(await product.get(HOST), HOST);
  const pid = await daemonPid(product);
  assert.deepEqual(await run('daemon', 'stop'), {
    status: 0,
    stdout: 'The daemon has stopped.\n',
    stderr: '',
  });
  await whenEnded(pid);
  await assert.rejects(stat(product.socket), { code: 'ENOENT' });
});

test('In the foreground, a daemon says where it listens, and SIGTERM ends it and removes its socket.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const daemon = spawn('ecr-xacct', ['daemon', 'run'], {
    env: product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(daemon, 'exit');
  for await (const line of createInterface({ input: daemon.stdout })) {
    const log = `${product.home}/.local/state/ecr-xacct/daemon.log`;
    assert.equal(line, `ecr-xacct ${version} listens on ${product.socket} (log: ${log})`);
    passwordOf(await product.get(HOST), HOST);
    assert.equal((await product.daemon())?.pid, daemon.pid);
    daemon.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
  await assert.rejects(stat(product.socket), { code: 'ENOENT' });
});
