// `ecr-xacct` for people: help, versions, wrong usage, and the output of the daemon commands.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { test } from 'node:test';
import { whenEnded } from '../../support/processes.ts';
import { daemonPid, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, mfaRole, startProductStage } from '../../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

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
      assert.match(stdout, /Exit status: 0 done, 1 failed .*, 2 wrong usage,\n130 /);
    });
  }
  for (const path of [[], ['setup'], ['config', 'check'], ['daemon']]) {
    await t.test(`ecr-xacct help ${path.join(' ')} is the same as with --help`, async () => {
      assert.deepEqual(await run('help', ...path), await run(...path, '--help'));
    });
  }
  await t.test('ecr-xacct help COMMAND does nothing of what is asked about', async () => {
    const { status, stdout } = await run('help', 'logout', HOST);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: ecr-xacct logout /);
  });
  await t.test('has the commands in groups, and setup for the first example', async () => {
    const { stdout } = await run('--help');
    const groups = [...stdout.matchAll(/^(.+):\n(?= {2}[a-z])/gm)].map(([, heading]) => heading);
    assert.deepEqual(groups, [
      'Use registries',
      'See what happens, and why',
      'Share your own registries',
      'Set it up',
      'Examples',
    ]);
    assert.match(stdout, /^Examples:\n {2}ecr-xacct setup\n/m);
  });
  for (const command of ['run', 'stop']) {
    await t.test(`ecr-xacct daemon ${command} --help`, async () => {
      const { status, stdout } = await run('daemon', command, '--help');
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`Example: ecr-xacct daemon ${command}`));
      assert.doesNotMatch(stdout, /ready-fd/);
    });
  }
});

test('--version, its letters and the word are the version, and nothing else.', async () => {
  await using stage = await startProductStage();
  const run = runner(stage.product);
  for (const word of ['--version', '-V', '-v', 'version']) {
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
      assert.match(stderr, /^ecr-xacct: (?!error)/);
    });
  }
  await t.test('names the help of the command that was meant', async () => {
    assert.match((await run('grant', '--explode')).stderr, /^See: ecr-xacct grant --help$/m);
    assert.match((await run('daemon', 'stop', 'now')).stderr, /^See: ecr-xacct daemon stop --help$/m);
    assert.match((await run('explode')).stderr, /^See: ecr-xacct --help$/m);
  });
  await t.test('names what may be meant, of commands and options', async () => {
    for (const [words, meant] of [
      [['explian'], 'explain'],
      [['help', 'explian'], 'explain'],
      [['help', 'config', 'chek'], 'check'],
      [['daemon', 'stpo'], 'stop'],
      [['status', '--jsom'], '--json'],
    ] as const) {
      const { status, stderr } = await run(...words);
      assert.deepEqual([status, stderr.includes(`\n(Did you mean ${meant}?)\n`)], [2, true], stderr);
    }
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

test('A failure exits with 1, wrong usage with 2 however late it is found, and Ctrl-C at a question with 130.', {
  skip: skipWithoutTerminal,
}, async () => {
  await using stage = await startProductStage({
    files: (cast) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: { 'profile careful': mfaRole(cast) },
      registries: { [HOST]: { profile: 'careful' } },
    }),
  });
  const { product } = stage;
  assert.deepEqual(await product.run(['ecr-xacct', 'login', HOST]), {
    status: 1,
    stdout: '',
    stderr: `ecr-xacct: ${HOST}: profile careful: an MFA code of ${stage.cast.mfa.serialNumber} is required
There is no terminal to ask on; with a code, run:
  ecr-xacct login ${HOST} --mfa-code CODE
`,
  });
  const env = { ECR_XACCT_DAEMON: 'off' };
  assert.deepEqual(await product.run(['ecr-xacct', 'login', HOST], { env }), {
    status: 2,
    stdout: '',
    stderr: `ecr-xacct: no daemon can keep a token: ECR_XACCT_DAEMON is off
To fix it, run:
  unset ECR_XACCT_DAEMON
`,
  });
  using terminal = openTerminal(`ecr-xacct login ${HOST}`, product.env);
  await terminal.shows(/MFA code of/);
  terminal.type(KEYS.ctrlC);
  const { status, text } = await terminal.end();
  assert.deepEqual([status, /ecr-xacct: cancelled: no code was given\r?\n$/.test(text)], [130, true]);
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
