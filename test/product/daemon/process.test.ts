// The daemon's process: detached from its starter, inherits nothing, and runs no injected code.
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { whenEnded, whenever } from '../../support/processes.ts';
import { daemonPid, passwordOf } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  keysOf,
  keyVariables,
  secretsOf,
  startProductStage,
  tokensOf,
} from '../../support/product/stage.ts';
import { findSecretsInFiles, findSecretsInProcesses } from '../../support/secret-scan.ts';

test('A daemon holds no descriptor of the client that started it.', { timeout: 30_000 }, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const fifo = join(product.folder, 'fifo');
  await product.run(['mkfifo', fifo]);
  // As in a CI job, which waits until the last process has closed its output.
  const command = ['sh', '-c', 'exec 9>"$0"; exec docker-credential-ecr-xacct get', fifo];
  const [content, ran] = await Promise.all([readFile(fifo, 'utf8'), product.run(command, { input: HOST })]);
  assert.equal(content, '');
  passwordOf(ran, HOST);
  await daemonPid(product);
});

test('A daemon has its own session, the root folder, and no AWS settings or secrets in its environment.', async () => {
  await using stage = await startProductStage({ files: () => ({}) });
  const { cast, product } = stage;
  const env = { ...keyVariables(cast.dev), NODE_OPTIONS: '--no-warnings', SECRET_OF_A_JOB: 'job-secret' };
  passwordOf(await product.get(HOST, { env }), HOST);
  const pid = await daemonPid(product);
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  // proc(5): after the name come state, parent, process group and session.
  assert.deepEqual(fields.slice(2, 4), [String(pid), String(pid)]);
  assert.equal(await readlink(`/proc/${pid}/cwd`), '/');
  const variables = (await readFile(`/proc/${pid}/environ`, 'utf8'))
    .split('\0')
    .filter((line) => line !== '');
  const names = variables.map((line) => line.slice(0, line.indexOf('=')));
  // PWD is the shell's path of its current folder, which is the root folder.
  const expected = ['HOME', 'PATH', 'PWD', 'TMPDIR', 'USER', 'XDG_RUNTIME_DIR'];
  assert.deepEqual(names.sort(), expected);
  assert.ok(variables.includes('PWD=/'));
  assert.deepEqual(await findSecretsInProcesses(tokensOf(stage)), []);
});

const NO_CORE = /^Max core file size +0 +0 /m;

test('Neither a daemon nor a minter has memory in its core dumps, wherever the system sends them.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  const pid = await daemonPid(product);
  const coreOf = async (one: number): Promise<{ filter: string; limits: string } | undefined> => {
    try {
      const [filter, limits] = await Promise.all(
        ['coredump_filter', 'limits'].map((name) => readFile(`/proc/${one}/${name}`, 'utf8')),
      );
      return { filter: filter ?? '', limits: limits ?? '' };
    } catch {
      // It has ended since.
      return undefined;
    }
  };
  const isClosed = (filter: string) => /^0+\n$/.test(filter);
  const daemon = await coreOf(pid);
  assert.ok(isClosed(daemon?.filter ?? ''));
  assert.match(daemon?.limits ?? '', NO_CORE);
  // The get's minter ends at about this time. A spare minter that has just started first closes its memory.
  await whenever('a spare minter has closed its memory', async () => {
    const minter = Number.parseInt(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
    const core = Number.isNaN(minter) ? undefined : await coreOf(minter);
    if (core === undefined || !isClosed(core.filter)) return false;
    assert.match(core.limits, NO_CORE);
    return true;
  });
});

test('NODE_OPTIONS of the caller runs code in none of our processes.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const trace = join(product.folder, 'trace');
  const injected = join(product.folder, 'injected.cjs');
  await writeFile(
    injected,
    `require('node:fs').appendFileSync(${JSON.stringify(trace)}, process.argv.join(' '))`,
  );
  const env = { NODE_OPTIONS: `--require=${injected}` };
  // It does run if NODE_OPTIONS applies.
  await product.run([process.execPath, '-e', ''], { env });
  const before = await readFile(trace, 'utf8');
  assert.notEqual(before, '');

  passwordOf(await product.get(HOST, { env }), HOST);
  passwordOf(await product.get(HOST, { env: { ...env, ECR_XACCT_DAEMON: 'off' } }), HOST);
  await product.run(['ecr-xacct', 'status'], { env });
  assert.equal(await readFile(trace, 'utf8'), before);
});

test('SIGUSR1 does not open the inspector.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await product.get(HOST);
  const pid = await daemonPid(product);
  process.kill(pid, 'SIGUSR1');
  // After a round trip, Node would already listen.
  await product.get(HOST);
  assert.equal(await daemonPid(product), pid);
  assert.deepEqual(await listeningOn(pid), []);
});

/** The inodes of the TCP sockets on which a process listens. */
async function listeningOn(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const tables = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8'));
  const rows = (await Promise.all(tables))
    .join('')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  // proc(5): the fourth column is the state, 0A for listening; the tenth is the inode.
  const inodes = rows.filter((columns) => columns[3] === '0A').map((columns) => `socket:[${columns[9]}]`);
  return inodes.filter((inode) => links.includes(inode));
}

test('Relative paths in the environment mean the folder of the caller.', async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  await product.get(HOST);
  await product.configure({ ...devFiles(cast), credentials: {} });
  const cwd = product.holdsSecret(join(product.folder, 'project'));
  await mkdir(cwd);
  await writeFile(
    join(cwd, 'keys'),
    `[dev]\n${Object.entries(keysOf(cast.dev))
      .map((entry) => entry.join(' = '))
      .join('\n')}\n`,
  );
  const env = { AWS_SHARED_CREDENTIALS_FILE: 'keys', AWS_CONFIG_FILE: 'config' };
  passwordOf(await product.get(HOST, { cwd, env }), HOST);
  assert.equal((await product.get(HOST, { env })).status, 1);
});

test('Without HOME, and where no log can be written, it works all the same.', async (t) => {
  const homes = { unset: undefined, empty: '', 'no folder': '/dev/null', 'not writable by anybody': '/sys' };
  for (const [what, HOME] of Object.entries(homes)) {
    await t.test(`HOME is ${what}.`, async () => {
      await using stage = await startProductStage();
      const { product, cast } = stage;
      const env = {
        HOME,
        USER: undefined,
        ECR_XACCT_CONFIG: `${product.home}/.config/ecr-xacct/config.yaml`,
        AWS_SHARED_CREDENTIALS_FILE: `${product.home}/.aws/credentials`,
        AWS_CONFIG_FILE: `${product.home}/.aws/config`,
      };
      passwordOf(await product.get(HOST, { env }), HOST);
      passwordOf(await product.get(HOST, { env }), HOST);
      assert.equal((await product.daemon())?.tokens[0]?.served, 2);
      assert.equal(stage.aws.calls[0]?.accessKeyId, cast.dev.accessKeyId);
    });
  }
});

test('A daemon that is killed during a mint takes minter and credential_process with it, and the client is answered.', async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  const script = product.holdsSecret(join(product.folder, 'credentials.sh'));
  const pidFile = join(product.folder, 'pid');
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = cast.dev;
  const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
  // The first call hangs; any other prints the keys.
  await writeFile(
    script,
    `#!/bin/sh\n[ -e ${pidFile} ] && echo '${keys}' && exit\necho $$ >${pidFile}.new\nmv ${pidFile}.new ${pidFile}\nexec sleep 600\n`,
  );
  await chmod(script, 0o700);
  const config = { 'profile dev': { credential_process: script } };
  await product.configure({ config, registries: { [HOST]: { profile: 'dev' } } });

  const asked = product.get(HOST);
  await whenever(
    'the credential_process runs',
    async () => (await stat(pidFile).catch(() => undefined)) !== undefined,
  );
  process.kill(await daemonPid(product), 'SIGKILL');
  passwordOf(await asked, HOST);
  await whenEnded(Number(await readFile(pidFile, 'utf8')));
});

test('The log is 0600, says what was answered, holds no secret, and is rotated when it has grown.', async () => {
  await using stage = await startProductStage({ env: { ECR_XACCT_LOG: 'debug' } });
  const { product, cast } = stage;
  const folder = join(product.home, '.local', 'state', 'ecr-xacct');
  const log = join(folder, 'daemon.log');
  await mkdir(folder, { recursive: true });
  await writeFile(log, 'x'.repeat(1024 * 1024), { mode: 0o600 });

  passwordOf(await product.get(HOST), HOST);
  const login = { ServerURL: HOST, Username: 'AWS', Secret: 'secret-of-a-login' };
  await product.run(['docker-credential-ecr-xacct', 'store'], { input: JSON.stringify(login) });
  await product.run(['docker-credential-ecr-xacct', 'erase'], { input: HOST });
  await product.configure({ ...devFiles(cast), credentials: { dev: keysOf(cast.denied) } });
  await product.get(HOST);

  assert.equal((await stat(`${log}.1`)).size, 1024 * 1024);
  assert.equal((await stat(log)).mode & 0o777, 0o600);
  const text = await readFile(log, 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; action?: string });
  const answered = lines.filter(({ msg }) => msg === 'answered').map(({ action }) => action);
  assert.deepEqual(answered, ['get', 'store', 'erase', 'get']);
  assert.match(text, /not allowed to call ecr:GetAuthorizationToken/);
  const secrets = [...secretsOf(stage), login.Secret];
  assert.deepEqual(await findSecretsInFiles([folder], secrets), []);
});
