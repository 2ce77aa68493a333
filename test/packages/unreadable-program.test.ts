// The program of a system's package: its user may run it but not read it, so the user's other processes cannot look
// into it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { seenOf, USER } from '../support/onlooker.ts';
import { builtPackages } from '../support/packages/built-packages.ts';
import { peer, skipWithout } from '../support/peers.ts';
import { whenEnded, whenever } from '../support/processes.ts';
import { passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('namespaces', 'musl-gcc', 'rpm', 'rpmbuild', 'python3');

/** The .deb's files with root as their owner and their modes, and an ordinary user with a home and a runtime folder. */
async function startAsUser() {
  const { deb } = await builtPackages();
  const stage = await startProductStage();
  const { product } = stage;
  const root = join(product.folder, 'root');
  execFileSync('dpkg-deb', ['--extract', deb, root]);
  execFileSync('chown', ['-R', `${USER}:${USER}`, product.home, product.runtime]);
  await chmod(product.folder, 0o711);
  const run = (words: readonly string[], input = '', env = {}) => {
    const [name = '', ...args] = words;
    const asUser = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
    return product.run([...asUser, join(root, 'usr/bin', name), ...args], { input, env, cwd: '/' });
  };
  const get = async () => passwordOf(await run(['docker-credential-ecr-xacct', 'get'], HOST), HOST);
  const daemon = async () => {
    const { stdout, stderr } = await run(['ecr-xacct', 'status', '--json']);
    assert.equal(stderr, '');
    return (JSON.parse(stdout) as { daemon: { pid: number } }).daemon.pid;
  };
  const stop = async (pid: number) => {
    assert.equal((await run(['ecr-xacct', 'daemon', 'stop'])).stdout, 'The daemon has stopped.\n');
    await whenEnded(pid);
  };
  const program = join(root, 'usr/lib/docker-credential-ecr-xacct/ecr-xacct');
  return {
    ...{ program, run, get, daemon, stop },
    async [Symbol.asyncDispose]() {
      await run(['ecr-xacct', 'daemon', 'stop']);
      await rm(product.socket, { force: true });
      execFileSync('chown', ['-R', '0:0', product.runtime]);
      await stage[Symbol.asyncDispose]();
    },
  };
}

async function minterOf(daemon: number): Promise<number> {
  const children = () => readFile(`/proc/${daemon}/task/${daemon}/children`, 'utf8');
  await whenever('a spare minter is there', async () => /\d/.test(await children()));
  return Number.parseInt(await children(), 10);
}

test('No other process of its user looks into the daemon of a .deb, nor into a minter; of a readable program, it does.', {
  skip,
  timeout: 600_000,
}, async () => {
  await using user = await startAsUser();
  await user.get();
  const closed = await user.daemon();
  for (const pid of [closed, await minterOf(closed)]) assert.deepEqual(seenOf(pid), []);
  await user.stop(closed);

  await chmod(user.program, 0o755);
  await user.get();
  const open = await user.daemon();
  for (const pid of [open, await minterOf(open)]) assert.ok(seenOf(pid).includes('environ'));
});

test('A user who may not read the program has all of it: people’s commands, an upgrade, the hint for a stuck daemon.', {
  skip,
  timeout: 600_000,
}, async () => {
  await using user = await startAsUser();
  const { stdout, stderr } = await user.run(['ecr-xacct', 'completion', 'bash']);
  assert.deepEqual([stderr, stdout.length > 100], ['', true]);
  await user.get();
  const first = await user.daemon();
  await utimes(user.program, 1_700_000_001, 1_700_000_001);
  await user.get();
  await whenEnded(first);
  const second = await user.daemon();
  assert.notEqual(second, first);

  process.kill(second, 'SIGSTOP');
  const env = { ECR_XACCT_TIMEOUT: '1' };
  const stuck = await user.run(['docker-credential-ecr-xacct', 'get'], HOST, env);
  process.kill(second, 'SIGCONT');
  assert.match(stuck.stderr, new RegExp(`did not answer within 3 s; run: kill -KILL ${second}\n$`));
});

test('Both packages have it so, as root’s; the launcher, a script, is readable.', {
  skip,
  timeout: 600_000,
}, async () => {
  const { deb, rpm } = await builtPackages();
  const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' });
  assert.match(listed, /^-rwx--x--x root\/root .* \.\/usr\/lib\/docker-credential-ecr-xacct\/ecr-xacct$/m);
  assert.match(listed, /^-rwxr-xr-x root\/root .* \.\/usr\/bin\/ecr-xacct$/m);
  const format = '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES}\n]';
  const query = execFileSync(peer('rpm'), ['--query', '--package', '--queryformat', format, rpm], {
    encoding: 'utf8',
  });
  assert.match(query, /^-rwx--x--x root \/usr\/lib\/docker-credential-ecr-xacct\/ecr-xacct$/m);
  assert.match(query, /^-rwxr-xr-x root \/usr\/bin\/ecr-xacct$/m);
});
