// Tests the program's behaviour without user ids, as on Windows, on which Node pretends to run.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { passedEnvironment } from '../../src/caller-environment.ts';
import { helperFault } from '../../src/docker/helper-fault.ts';
import { REGION, SECONDARY_ACCOUNT } from '../fake-aws/two-account-world.ts';
import { passwordOf, type RunOptions, self } from '../support/product/product.ts';
import { HOST, type ProductStage, startProductStage, tokensOf } from '../support/product/stage.ts';

/** Paths stay those of this system. */
const PRETEND = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'platform', { value: 'win32' }); delete process.getuid;",
)}`;
const NO_DAEMON = 'on Windows there is no daemon: each pull gets a new token, and no login is kept';

/** Runs something as if on Windows. */
function pretending<T>(run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'platform') ?? assert.fail();
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    return run();
  } finally {
    Object.defineProperty(process, 'platform', own);
  }
}

async function startStage(t: TestContext) {
  const stage = await startProductStage();
  t.after(() => stage[Symbol.asyncDispose]());
  return stage;
}

function run({ product }: ProductStage, args: readonly string[], options: RunOptions = {}) {
  const config = join(product.home, '.config', 'ecr-xacct', 'config.yaml');
  return product.run([self[0], '--import', PRETEND, ...self.slice(1), ...args], {
    ...options,
    env: { ECR_XACCT_CONFIG: config, ...options.env },
  });
}

test('Each get mints a token, without a daemon.', async (t) => {
  const stage = await startStage(t);
  for (const _ of ['first', 'second']) {
    const password = passwordOf(await run(stage, ['helper', 'get'], { input: HOST }), HOST);
    assert.equal(password, tokensOf(stage).at(-1));
  }
  assert.equal(tokensOf(stage).length, 2);
  assert.ok(!existsSync(stage.product.socket));
});

test('A credential_process finds all that its caller has, what Windows has under other names, and PATH under any.', async (t) => {
  const stage = await startStage(t);
  const { accessKeyId, secretAccessKey } = stage.cast.dev;
  const keys = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
  const print = `test "$USERPROFILE$PATH" = C:/Users/you/usr/bin:/bin && test "$NODE_OPTIONS" = --no-warnings && echo '${JSON.stringify(keys)}'`;
  const script = stage.product.holdsSecret(join(stage.product.home, 'print-keys'));
  writeFileSync(script, `#!/bin/sh\n${print}\n`, { mode: 0o755 });
  await stage.product.configure({
    config: { 'profile dev': { credential_process: script, region: REGION } },
    registries: { [HOST]: { profile: 'dev' } },
  });
  const env = {
    PATH: undefined,
    Path: '/usr/bin:/bin',
    USERPROFILE: 'C:/Users/you',
    NODE_OPTIONS: '--no-warnings',
  };
  passwordOf(await run(stage, ['helper', 'get'], { input: HOST, env }), HOST);
});

test('A login of docker is refused, because it would not be kept; one elsewhere is not ours to refuse.', async (t) => {
  const stage = await startStage(t);
  const login = (ServerURL: string) => ({
    input: JSON.stringify({ ServerURL, Username: 'AWS', Secret: 'of docker login' }),
  });
  const line = `ecr-xacct: ${NO_DAEMON}; docker pull needs no docker login\n`;
  assert.deepEqual(await run(stage, ['helper', 'store'], login(HOST)), {
    status: 1,
    stdout: line,
    stderr: line,
  });
  const { stdout } = await run(stage, ['helper', 'store'], login('registry.example'));
  assert.doesNotMatch(stdout, /Windows/);
});

test('erase and list succeed, with nothing to forget and nothing to name.', async (t) => {
  const stage = await startStage(t);
  const erased = await run(stage, ['helper', 'erase'], { input: HOST });
  assert.deepEqual(erased, { status: 0, stdout: '', stderr: '' });
  assert.deepEqual(await run(stage, ['helper', 'list']), { status: 0, stdout: '{}\n', stderr: '' });
});

test('What is about the daemon says that there is none.', async (t) => {
  const stage = await startStage(t);
  const rows: [string[], { status: number; stdout: string; stderr: string }][] = [
    [['daemon', 'run'], { status: 1, stdout: '', stderr: `ecr-xacct: ${NO_DAEMON}\n` }],
    [['daemon', 'stop'], { status: 0, stdout: 'No daemon is running.\n', stderr: '' }],
    [['logout', '--all'], { status: 0, stdout: 'Nothing is kept: no daemon is running.\n', stderr: '' }],
  ];
  for (const [args, expected] of rows) assert.deepEqual(await run(stage, args), expected, args.join(' '));
  const shown = await run(stage, ['status']);
  // Docker does not ask for the registry that has a rule.
  assert.deepEqual([shown.status, shown.stderr], [1, '']);
  const said = shown.stdout.replaceAll('\n', ' ');
  assert.ok(said.startsWith(`No daemon is running: ${NO_DAEMON}. `), shown.stdout);
  assert.equal(JSON.parse((await run(stage, ['status', '--json'])).stdout).daemon, null);
  const { status, stderr } = await run(stage, ['login', HOST]);
  assert.equal(status, 1);
  assert.ok(
    stderr.startsWith(`ecr-xacct: ${NO_DAEMON}\nWith SSO, run:\n  aws sso login\nWith MFA, `),
    stderr,
  );
});

test('setup writes both files, and says how PowerShell puts the program on PATH.', async (t) => {
  const stage = await startStage(t);
  const { status, stderr } = await run(stage, ['setup', '--yes']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /To fix it, run:\n {2}\[Environment\]::SetEnvironmentVariable\('Path', /);
  const config = JSON.parse(readFileSync(join(stage.product.home, '.docker', 'config.json'), 'utf8'));
  const ofProfile = `${SECONDARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
  // The other one is that of the user's own rule.
  assert.deepEqual(config.credHelpers, { [ofProfile]: 'ecr-xacct', [HOST]: 'ecr-xacct' });
});

test('The hint of an error is a command of PowerShell.', async (t) => {
  const stage = await startStage(t);
  const options = { input: HOST, env: { ECR_XACCT_TIMEOUT: 'soon' } };
  const { stderr } = await run(stage, ['helper', 'get'], options);
  assert.match(stderr, /; run: Remove-Item Env:ECR_XACCT_TIMEOUT\n$/);
});

test('all variables but those for Node are passed on, and PATH however it is spelled.', () => {
  const env = {
    Path: 'C:\\x',
    SystemRoot: 'C:\\Windows',
    USERPROFILE: 'C:\\u',
    node_options: '-r x',
    NODE_EXTRA_CA_CERTS: 'c',
    OPENSSL_CONF: 'o',
  };
  const passed = pretending(() => passedEnvironment(env));
  assert.deepEqual(passed, {
    PATH: 'C:\\x',
    SystemRoot: 'C:\\Windows',
    USERPROFILE: 'C:\\u',
    NODE_EXTRA_CA_CERTS: 'c',
  });
});

test('Docker finds the helper by the end of its name; where it does not, the command puts its folder on PATH.', async () => {
  await using stage = await startProductStage();
  const { folder } = stage.product;
  const fault = () => pretending(() => helperFault(folder, folder, [join(folder, 'ecr-xacct.exe')]));
  const command = fault()?.command ?? assert.fail();
  assert.match(command, /^\[Environment\]::SetEnvironmentVariable\('Path', .*, 'User'\)$/);
  assert.ok(command.includes(`;${folder}"`), command);
  writeFileSync(join(folder, 'docker-credential-ecr-xacct.cmd'), '');
  assert.equal(fault(), undefined);
});
