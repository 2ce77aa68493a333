// The machine's config: it applies to every user beneath their own config, and alone for a caller without HOME.
import assert from 'node:assert/strict';
import { chmodSync, globSync, lchownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { REGION } from '../fake-aws/two-account-world.ts';
import { skipWithout } from '../support/peers.ts';
import {
  failureOf,
  type ProductEnvironment,
  passwordOf,
  type RunOptions,
} from '../support/product/product.ts';
import { HOST, keysOf, type ProductStage, startProductStage } from '../support/product/stage.ts';

const OWNER = 4_711;
const asRoot = { skip: process.getuid?.() !== 0 && 'needs root' };
const PATTERN = `${HOST.split('.')[0]}.dkr.ecr.*.amazonaws.com`;

/** A stage with a machine config, whose user has `dev` and `denied`, and no rules. */
async function startStage(): Promise<ProductStage & { system: string; write: (text: string) => void }> {
  const stage = await startProductStage({
    files: ({ dev, denied }) => ({
      credentials: { dev: keysOf(dev), denied: keysOf(denied) },
      config: { 'profile dev': { region: REGION }, 'profile denied': { region: REGION } },
      registries: {},
    }),
  });
  const folder = join(stage.product.folder, 'etc');
  mkdirSync(folder);
  const system = join(folder, 'config.yaml');
  return { ...stage, system, write: (text) => writeFileSync(system, text, { mode: 0o644 }) };
}

const rule = (profile: string) => `registries:\n  "${PATTERN}": { profile: ${profile} }\n`;

describe("another user than root, who wrote the machine's config,", asRoot, () => {
  const rows: readonly (readonly [
    string,
    ProductEnvironment,
    { within?: readonly string[]; skip?: string | false }?,
  ])[] = [
    ['with a HOME', {}],
    ['without a HOME', { HOME: undefined }],
    ['without a HOME or a daemon', { HOME: undefined, ECR_XACCT_DAEMON: 'off' }],
    [
      'in a user namespace that does not have root, as in rootless podman',
      { ECR_XACCT_DAEMON: 'off' },
      { within: ['unshare', '--user', '--map-root-user'], skip: skipWithout('namespaces') },
    ],
  ];
  for (const [who, env, { within = [], skip = false } = {}] of rows) {
    test(`${who}, is whom it says, from the next get on.`, { skip }, async () => {
      await using stage = await startStage();
      const { product, system, write } = stage;
      const { folder, home } = product;
      for (const path of ['.', ...globSync(['home/**', 'home/.*/**', 'tmp'], { cwd: folder })])
        lchownSync(join(folder, path), OWNER, OWNER);
      const runtime = join(folder, 'run-of-owner');
      mkdirSync(runtime, { mode: 0o700 });
      lchownSync(runtime, OWNER, OWNER);
      const options: RunOptions = {
        input: HOST,
        env: {
          ECR_XACCT_SYSTEM_CONFIG: system,
          XDG_RUNTIME_DIR: runtime,
          AWS_CONFIG_FILE: join(home, '.aws/config'),
          AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws/credentials'),
          ...env,
        },
        cwd: '/',
      };
      const user = ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups'];
      const run = (...words: string[]) => product.run([...user, ...within, ...words], options);
      const get = () => run('docker-credential-ecr-xacct', 'get');
      try {
        write(rule('dev'));
        passwordOf(await get(), HOST);
        passwordOf(await get(), HOST);
        const explained = await run('ecr-xacct', 'explain', HOST, '--json');
        assert.ok(explained.stdout.includes(`(${system}:2)`), explained.stdout);
        write(rule('denied'));
        assert.match(failureOf(await get()), /profile denied.* is not authorized to perform/);
        write(`${rule('dev')}refresh: 1m\n`);
        assert.ok(failureOf(await get()).includes(`${system}:3:1: unknown key "refresh"`));
        write(rule('dev'));
        passwordOf(await get(), HOST);
        chmodSync(system, 0o666);
        const refused = failureOf(await get());
        assert.ok(refused.includes(`others than its owner may change ${system} (mode 0666)`), refused);
        assert.ok(refused.endsWith(`run: sudo chmod go-w ${system}`), refused);
        rmSync(system);
        assert.match(failureOf(await get()), /no AWS identity/);
      } finally {
        await run('ecr-xacct', 'daemon', 'stop');
      }
    });
  }
});

test("A user's own file comes before it, as a whole, and each command names the file that says something.", async () => {
  await using stage = await startStage();
  const { product, system, write } = stage;
  const own = join(product.home, '.config/ecr-xacct/config.yaml');
  const env = { ECR_XACCT_SYSTEM_CONFIG: system };
  const run = (...words: string[]) => product.run(['ecr-xacct', ...words], { env });
  const exact = `registries:\n  ${HOST}: { profile: denied }\n`;
  write(`${exact}discover: false\n`);
  assert.match(failureOf(await product.get(HOST, { env })), /not authorized to perform/);
  writeFileSync(own, rule('dev'));
  passwordOf(await product.get(HOST, { env }), HOST);

  assert.deepEqual(await run('config', 'path'), { status: 0, stdout: `${own}\n`, stderr: '' });
  assert.deepEqual(await run('config', 'path', '--system'), { status: 0, stdout: `${system}\n`, stderr: '' });
  const lines = [own, system].map((file) => `${file}: 1 rule, no mistakes\n`);
  assert.deepEqual(await run('config', 'check'), { status: 0, stdout: lines.join(''), stderr: '' });
  const status = (await run('status')).stdout;
  assert.ok(
    status.includes(`\nrules   1 in ~/.config/ecr-xacct/config.yaml\nrules   1 in ${system}\n`),
    status,
  );

  const other = HOST.replace(/^\d+/, '999988887777');
  const absent = (await run('explain', other, '--json')).stdout;
  assert.ok(absent.includes(`no rule in ${own} or ${system} covers it`), absent);
  assert.ok(absent.includes(`discover is false in ${system}`), absent);

  const removed = await run('rule', 'remove', HOST, '--yes');
  assert.equal(removed.status, 2);
  assert.ok(
    removed.stderr.includes(`there is no rule for ${HOST} in ${own}; ${system}:2 has it`),
    removed.stderr,
  );

  write('registries:\n  x: {}\n');
  const { stdout, stderr } = await run('config', 'check');
  assert.equal(stdout, lines[0]);
  assert.ok(stderr.startsWith(`${system}:2:3: "x" `), stderr);
  rmSync(own);
  write(exact);
  const alone = await run('config', 'check');
  assert.deepEqual(alone, { status: 0, stdout: `${own} does not exist\n${lines[1]}`, stderr: '' });
});

test(
  "The machine's config is refused where others may write it, also where ECR_XACCT_CONFIG names it.",
  asRoot,
  async () => {
    await using stage = await startStage();
    stage.write(rule('dev'));
    const env = { ECR_XACCT_SYSTEM_CONFIG: stage.system, ECR_XACCT_CONFIG: stage.system };
    passwordOf(await stage.product.get(HOST, { env }), HOST);
    chmodSync(stage.system, 0o666);
    assert.match(failureOf(await stage.product.get(HOST, { env })), /chmod go-w/);
  },
);
