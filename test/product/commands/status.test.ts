// `ecr-xacct status`: what it says with and without a daemon, as text and JSON, and again and again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { DaemonStatus } from '../../../src/helper/daemon-answers.ts';
import { skipWithout } from '../../support/peers.ts';
import { type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage, tokensOf } from '../../support/product/stage.ts';

const OTHER = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';

const status = (product: Product, ...options: string[]) => product.run(['ecr-xacct', 'status', ...options]);

test('Without a daemon it says so, as text and as JSON, and exits with 1.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const stdout = `No daemon is running (socket: ${product.socket}).\n`;
  assert.deepEqual(await status(product), { status: 1, stdout, stderr: '' });
  assert.deepEqual(await status(product, '--json'), { status: 1, stdout: 'null\n', stderr: '' });
});

test('With a daemon it shows tokens, failures and logins, without a secret, in 80 columns.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  passwordOf(await product.get(HOST), HOST);
  await product.get(HOST, { env: { ECR_XACCT_PROFILE: 'gone' } });
  stage.aws.faults.next({ kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' });
  await product.get(OTHER, { env: { AWS_PROFILE: 'dev' } });
  const login = { ServerURL: OTHER, Username: 'AWS', Secret: 'secret-of-a-login' };
  await product.run(['docker-credential-ecr-xacct', 'store'], { input: JSON.stringify(login) });

  const json = await status(product, '--json');
  assert.deepEqual([json.status, json.stderr], [0, '']);
  const { pid, version, tokens, failures, logins } = JSON.parse(json.stdout) as DaemonStatus;
  const [token] = tokens;
  assert.deepEqual(
    { identity: token?.identity, region: token?.region, served: token?.served, mints: token?.mints },
    { identity: 'profile dev', region: 'us-east-1', served: 2, mints: 1 },
  );
  assert.deepEqual([token?.hostnames, logins], [[HOST], [OTHER]]);
  assert.deepEqual(
    failures.map(({ identity, region, hostnames }) => ({ identity, region, hostnames })),
    [{ identity: 'profile dev', region: 'eu-west-1', hostnames: [OTHER] }],
  );

  const { stdout, stderr } = await status(product);
  assert.equal(stderr, '');
  assert.match(stdout, new RegExp(`^daemon    ${version}, pid ${pid}, up \\d+ s, \\d+ MB\n`));
  assert.match(stdout, /\nREGION {5}EXPIRES IN {3}LAST USED {2}SERVED {2}MINTS\nprofile dev\n/);
  assert.match(stdout, new RegExp(`\nus-east-1  11 h 59 min  \\d+ s ago +2 +1\n  ${HOST}\n`));
  assert.match(stdout, new RegExp(`\nprofile dev, eu-west-1\n  ${OTHER}\n  failed \\d+ s ago: `));
  assert.ok(stdout.endsWith(`\nLogins that docker login brought:\n  ${OTHER}\n`), stdout);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  for (const secret of ['secret-of-a-login', ...tokensOf(stage)]) {
    assert.ok(!(json.stdout + stdout).includes(secret));
  }
});

test('Watched through a pipe, it prints again, whether the daemon goes or comes, until a signal ends it.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const watching = spawn('ecr-xacct', ['status', '--watch', '--json'], {
    env: product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(watching, 'exit');
  const seen: boolean[] = [];
  for await (const line of createInterface({ input: watching.stdout })) {
    assert.ok(!line.includes('\x1b'));
    const isRunning = line !== 'null';
    if (seen.at(-1) !== isRunning) seen.push(isRunning);
    if (seen.length === 1) await product.get(HOST);
    if (seen.length === 2) await product.run(['ecr-xacct', 'daemon', 'stop']);
    if (seen.length === 3) watching.kill('SIGINT');
  }
  assert.deepEqual(seen, [false, true, false]);
  assert.deepEqual(await ended, [0, null]);
});

const skip = skipWithout('script');
test('Watched on a terminal, it hides the cursor, and q and Ctrl-C bring both back.', { skip }, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  for (const key of ['q', '\x03']) {
    // Of util-linux: it runs the command on a terminal of its own, and passes keys on.
    const terminal = spawn('script', ['-qec', 'ecr-xacct status --watch; echo "left with $?"', '/dev/null'], {
      env: { ...product.env, TERM: 'xterm', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const before = output;
      output += chunk;
      const isShown = (seen: string) => seen.includes('No daemon is running');
      if (isShown(output) && !isShown(before)) terminal.stdin.write(key);
    });
    await once(terminal, 'close');
    assert.ok(output.startsWith('\x1b[?1049h\x1b[?25l'));
    assert.ok(output.endsWith('\x1b[?25h\x1b[?1049lleft with 0\r\n'), output);
  }
});

test('A reader who stops reading ends it.', async () => {
  await using stage = await startProductStage();
  const command = 'ecr-xacct status --watch | head -n 1';
  const shell = spawn('sh', ['-c', command], {
    env: stage.product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(shell.stdout), once(shell, 'exit')]);
  assert.match(output, /^No daemon is running/);
});
