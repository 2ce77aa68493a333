// The daemon's socket and folder: closed to others, rejected if they are not, replaced if nothing answers.
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { isRunning, whenEnded } from '../../support/processes.ts';
import { daemonPid, failureOf, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test('The folder is 0700 and the socket 0600, whatever the umask.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const command = ['sh', '-c', 'umask 000; exec docker-credential-ecr-xacct get'];
  passwordOf(await product.run(command, { input: HOST }), HOST);
  assert.equal(await mode(dirname(product.socket)), '700');
  assert.equal(await mode(product.socket), '600');
});

test('A folder that is open to others is refused, with the command that fixes it, and so is its daemon.', async () => {
  await using stage = await startProductStage();
  const { product, aws } = stage;
  const folder = dirname(product.socket);
  for (const loose of [0o755, 0o770, 0o701]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, loose);
    const line = failureOf(await product.get(HOST));
    assert.match(line, /is open to other users/);
    assert.ok(line.endsWith(`; run: chmod 700 ${folder}`), line);
    const { status, stderr } = await product.run(['ecr-xacct', 'daemon', 'run']);
    assert.equal(status, 1);
    assert.match(stderr, /is open to other users/);
  }
  assert.equal(aws.count(), 0);
  await chmod(folder, 0o700);
});

test('A folder that is a link, and a socket that is a file, are refused.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const folder = dirname(product.socket);
  const elsewhere = join(product.folder, 'elsewhere');
  await mkdir(elsewhere, { mode: 0o700 });
  await symlink(elsewhere, folder);
  assert.match(failureOf(await product.get(HOST)), /is not a folder/);
  await rm(folder);
  await rename(elsewhere, folder);
  await writeFile(product.socket, '');
  assert.match(failureOf(await product.get(HOST)), /is not a socket/);
  await rm(product.socket);
});

// Only root can change a folder's owner.
test("Another user's folder is refused.", { skip: skipWithout('namespaces') }, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const folder = dirname(product.socket);
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, 65_534, 65_534);
  assert.match(failureOf(await product.get(HOST)), /belongs to user 65534, not to user 0/);
  await rm(folder, { recursive: true });
});

test('A relative path is refused; one that is too long for a socket means that there is no daemon.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const socket = (path: string) => product.get(HOST, { env: { ECR_XACCT_SOCKET: path } });
  assert.match(failureOf(await socket('daemon.sock')), /ECR_XACCT_SOCKET=daemon\.sock is a relative path/);
  const ECR_XACCT_SOCKET = `/tmp/${'x'.repeat(110)}/daemon.sock`;
  passwordOf(await socket(ECR_XACCT_SOCKET), HOST);
  const inHelper = await product.run(['ecr-xacct', 'helper', 'get'], {
    input: HOST,
    env: { ECR_XACCT_SOCKET },
  });
  passwordOf(inHelper, HOST);
  const ran = (command: string[], input = '') => product.run(command, { input, env: { ECR_XACCT_SOCKET } });
  const login = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'secret' });
  const tooLong = /the path of its socket is longer than the system allows/;
  assert.match(failureOf(await ran(['docker-credential-ecr-xacct', 'store'], login)), tooLong);
  assert.equal((await ran(['docker-credential-ecr-xacct', 'erase'], HOST)).status, 0);
  assert.equal((await ran(['docker-credential-ecr-xacct', 'list'])).stdout, '{}\n');
  assert.match((await ran(['ecr-xacct', 'status'])).stdout, tooLong);
  assert.match((await ran(['ecr-xacct', 'login', HOST])).stderr, tooLong);
  assert.match((await ran(['ecr-xacct', 'daemon', 'run'])).stderr, /the path of the socket is longer/);
  assert.equal(await product.daemon(), undefined);
});

test('A socket on which nothing answers is taken over.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await mkdir(dirname(product.socket), { mode: 0o700 });
  const server = createServer().listen(product.socket);
  await new Promise((resolve) => server.once('listening', resolve));
  // Closing unlinks the path that was bound, so another file is left.
  await rename(product.socket, `${product.socket}.stale`);
  await new Promise((resolve) => server.close(resolve));
  await rename(`${product.socket}.stale`, product.socket);
  passwordOf(await product.get(HOST), HOST);
  assert.ok((await lstat(product.socket)).isSocket());
  assert.equal((await product.daemon())?.tokens.length, 1);
});

test('A daemon that was killed is replaced by the next get.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await product.get(HOST);
  const first = await daemonPid(product);
  process.kill(first, 'SIGKILL');
  await whenEnded(first);
  passwordOf(await product.get(HOST), HOST);
  const second = await daemonPid(product);
  assert.notEqual(second, first);
  assert.ok(await isRunning(second));
});

test('A second daemon at the same socket leaves the first alone.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await product.get(HOST);
  const first = await daemonPid(product);
  const { status, stdout, stderr } = await product.run(['ecr-xacct', 'daemon', 'run']);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.equal(stdout, 'A daemon is running already; see: ecr-xacct status\n');
  assert.equal(await daemonPid(product), first);
});
