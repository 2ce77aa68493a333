// `ecr-xacct completion`: the offered words, and that real shells insert them when the key is pressed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { mock, test } from 'node:test';
import { Command } from 'commander';
import { complete } from '../../../src/cli/completion/complete.ts';
import { skipWithout } from '../../support/peers.ts';
import { type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const DOCKERS = '444455556666.dkr.ecr.eu-central-1.amazonaws.com';
const LOGIN = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';

/** The words that are offered for the last word. */
async function offered(product: Product, ...words: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await product.run(['ecr-xacct', 'complete', '--', ...words]);
  assert.deepEqual([status, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.pop(), ':4', 'no files');
  return lines.map((line) => line.split('\t')[0] ?? '');
}

/** Docker's config, with this helper for one registry and another helper for another registry. */
async function writeDockerConfig({ home }: Product): Promise<void> {
  await mkdir(`${home}/.docker`);
  const credHelpers = {
    [DOCKERS]: 'ecr-xacct',
    'ghcr.io': 'secretservice',
    '$(touch x).example': 'ecr-xacct',
  };
  await writeFile(`${home}/.docker/config.json`, JSON.stringify({ credHelpers }));
}

test('Commands, their commands and their options are offered, and none that are hidden.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const commands = await offered(product, '');
  for (const command of ['status', 'logout', 'config', 'daemon'])
    assert.ok(commands.includes(command), command);
  assert.ok(!commands.includes('complete'));
  assert.deepEqual(await offered(product, 'stat'), ['status']);
  assert.deepEqual(await offered(product, 'config', ''), ['path', 'check', 'schema']);
  assert.deepEqual(await offered(product, 'status', '--w'), ['--watch']);
  assert.deepEqual(await offered(product, 'daemon', 'run', '--'), ['--help']);
  assert.deepEqual(await offered(product, 'completion', ''), ['bash', 'zsh', 'fish', 'powershell']);
  assert.equal(await product.daemon(), undefined);
});

test('Regions are offered where an option wants one.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  assert.deepEqual(await offered(product, 'setup', '--region', 'eu-central-'), [
    'eu-central-1',
    'eu-central-2',
  ]);
  assert.deepEqual(await offered(product, 'doctor', HOST, '--region', 'us-gov-'), [
    'us-gov-east-1',
    'us-gov-west-1',
  ]);
});

test('Registries are offered from config, Docker and the daemon, and none that a shell would run.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  assert.deepEqual(await offered(product, 'logout', ''), [HOST]);
  assert.deepEqual(await offered(product, 'doctor', ''), [HOST]);
  assert.deepEqual(await offered(product, 'grant', '444455556666', '--on', ''), [HOST]);
  await writeDockerConfig(product);
  assert.deepEqual(await offered(product, 'logout', ''), [HOST, DOCKERS]);
  assert.equal(await product.daemon(), undefined, 'no daemon is started for it');
  passwordOf(await product.get(HOST), HOST);
  const input = JSON.stringify({ ServerURL: LOGIN, Username: 'AWS', Secret: 'x' });
  await product.run(['docker-credential-ecr-xacct', 'store'], { input });
  assert.deepEqual(await offered(product, 'get-login-password', ''), [HOST, LOGIN, DOCKERS]);
  assert.deepEqual(await offered(product, 'logout', '2'), [LOGIN]);
  assert.deepEqual(await offered(product, 'logout', HOST, ''), []);
  await writeFile(`${product.home}/.config/ecr-xacct/config.yaml`, 'broken: [');
  assert.deepEqual(await offered(product, 'logout', '1'), [HOST], 'the daemon’s');
});

const SHELLS = {
  bash: { start: 'bash --norc -i', load: 'source <(ecr-xacct completion bash)' },
  zsh: {
    start: 'zsh -f -i',
    load: 'autoload -U compinit && compinit -u -D && source <(ecr-xacct completion zsh)',
  },
  fish: { start: 'fish --no-config -i', load: 'ecr-xacct completion fish | source' },
};

/**
 * Types lines into a shell on a terminal, each when the shell waits for one. @returns everything that the terminal
 * showed.
 */
async function typeInto(product: Product, start: string, lines: readonly string[]): Promise<string> {
  const terminal = spawn('script', ['-qec', start, '/dev/null'], {
    env: { ...product.env, TERM: 'xterm', SHELL: '/bin/sh', LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: product.home,
  });
  const left = [...lines];
  let output = '';
  let answered = 0;
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    // Unlike the echo of the input: each line prints its number without the dollar signs.
    const ready =
      left.length === lines.length ? 1 : output.split(`ready-${lines.length - left.length}.`).length - 1;
    if (ready === 0 || answered > lines.length - left.length) return;
    answered = lines.length - left.length + 1;
    const line = left.shift();
    if (line === undefined) terminal.stdin.end('exit\n');
    else terminal.stdin.write(`${line}; echo ready''-${lines.length - left.length}.\n`);
  });
  await once(terminal, 'close');
  return output;
}

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  const { start, load } = SHELLS[shell];
  const skip = skipWithout(shell, 'script');
  test(`In ${shell} the key completes a command and a registry.`, { skip }, async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    const output = await typeInto(product, start, [load, 'ecr-xacct conf\tpat\t', 'ecr-xacct logout 1111\t']);
    assert.ok(output.includes(`${product.home}/.config/ecr-xacct/config.yaml\r\n`), output);
    assert.ok(output.includes(`Nothing is kept for ${HOST}: no daemon is running.\r\n`), output);
  });
}

test('In bash the key runs nothing of what is typed, takes --option=value for one word, and loads twice.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const line = async (words: readonly string[], more = '') => {
    const script = `source <(ecr-xacct completion bash); source <(ecr-xacct completion bash); ${more}
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); __ecr_xacct_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await product.run(['bash', '--norc', '-c', script, 'bash', ...words]);
    assert.equal(stderr, '');
    return stdout.trimEnd().split('\n');
  };
  assert.deepEqual(await line(['ecr-xacct', 'logout', '']), [HOST]);
  await line(['ecr-xacct', 'logout', '$(touch typed)', '']);
  assert.ok(!existsSync(`${product.home}/typed`));
  const echo = 'ecr-xacct() { printf "%s\\n" "$@"; }';
  assert.deepEqual(await line(['ecr-xacct', 'login', '--profile', '=', 'd'], echo), [
    'complete',
    '--',
    'login',
    '--profile=d',
  ]);
  assert.deepEqual(await line(['ecr-xacct', 'login', '--profile', '='], echo), [
    'complete',
    '--',
    'login',
    '--profile=',
  ]);
});

test('The profiles of the AWS files are offered where an option wants one.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const offeredIn = async (...words: string[]) => {
    const program = new Command('ecr-xacct');
    program.command('login').option('-p, --profile <name>', 'whose').option('--sso', 'how');
    const log = mock.method(console, 'log', () => {});
    try {
      await complete(program, words, { self: ['node'], env: product.env, uid: process.getuid?.() });
      return log.mock.calls.map(({ arguments: [line] }) => String(line).split('\t')[0]);
    } finally {
      log.mock.restore();
    }
  };
  await product.configure({
    config: { 'profile dev': { region: 'x' }, 'profile prod': { region: 'x' } },
    credentials: { '$(touch x)': { region: 'x' } },
  });
  assert.deepEqual(await offeredIn('login', '--profile', ''), ['dev', 'prod', ':4']);
  assert.deepEqual(await offeredIn('login', '--profile', 'p'), ['prod', ':4']);
  assert.deepEqual(await offeredIn('login', '--profile=d'), ['dev', ':4']);
  assert.deepEqual(await offeredIn('login', '--p'), ['--profile', ':4']);
});

test('PowerShell’s script is printed, and another shell is wrong usage.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const { status, stdout } = await product.run(['ecr-xacct', 'completion', 'powershell']);
  assert.equal(status, 0);
  assert.match(stdout, /Register-ArgumentCompleter -CommandName 'ecr-xacct'/);
  assert.equal((await product.run(['ecr-xacct', 'completion', 'tcsh'])).status, 2);
});
