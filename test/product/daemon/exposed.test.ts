// A daemon whose socket is opened to others gives no one there an answer, and ends.
import assert from 'node:assert/strict';
import { chmod, lstat, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { encodeRequest } from '../../../src/wire/codec.ts';
import { skipWithout } from '../../support/peers.ts';
import { whenEnded } from '../../support/processes.ts';
import { activate } from '../../support/product/activated-daemon.ts';
import { daemonPid, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

/** The daemon's answer to a client that does not check the folder first, as another user's would not. */
async function answerTo(action: string, { socket: path, env }: Product): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  socket.end(encodeRequest({ action, env, input: HOST }) ?? '');
  return (await buffer(socket).catch(() => Buffer.from(''))).toString();
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

test('In a folder that was opened, no stranger is answered, and the next get says how to close it.', async (t) => {
  for (const action of ['get', 'status', 'list']) {
    await t.test(`The stranger sends ${action}.`, async () => {
      await using stage = await startProductStage();
      const { product, aws } = stage;
      const folder = dirname(product.socket);
      passwordOf(await product.get(HOST), HOST);
      assert.match(
        await answerTo(action, product),
        /^(?:=\d{7})?0/,
        'while it is closed, the same is answered',
      );
      const [pid, asked] = [await daemonPid(product), aws.count()];

      await chmod(folder, 0o777);
      assert.equal(await answerTo(action, product), '');
      await whenEnded(pid);
      assert.ok(!(await isThere(product.socket)));
      const log = await readFile(join(product.home, '.local/state/ecr-xacct/daemon.log'), 'utf8');
      const last = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
      const reason = `${folder}, the folder of the daemon's socket, is open to other users`;
      assert.deepEqual([last.level, last.msg, last.reason], ['warn', 'ended', reason]);

      for (let time = 0; time < 3; time += 1) {
        const line = failureOf(await product.get(HOST));
        assert.ok(line.endsWith(`is open to other users; run: chmod 700 ${folder}`), line);
      }
      assert.ok(!(await isThere(product.socket)), 'no daemon is started there');
      assert.equal(aws.count(), asked);
      await chmod(folder, 0o700);
      passwordOf(await product.get(HOST), HOST);
    });
  }
});

test('In a folder that was moved away and linked to, no one is answered.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const folder = dirname(product.socket);
  passwordOf(await product.get(HOST), HOST);
  const pid = await daemonPid(product);
  await rename(folder, `${folder}.moved`);
  await symlink(`${folder}.moved`, folder);
  assert.equal(await answerTo('get', product), '');
  await whenEnded(pid);
  assert.match(failureOf(await product.get(HOST)), /ecr-xacct is not a folder; run: ls -ld /);
  await rm(folder);
});

test('A socket that was opened in its closed folder is let go of, and the next get has a daemon with another.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  const pid = await daemonPid(product);
  await chmod(product.socket, 0o666);
  assert.equal(await answerTo('get', product), '');
  await whenEnded(pid);
  passwordOf(await product.get(HOST), HOST);
  assert.notEqual(await daemonPid(product), pid);
  assert.equal((await stat(product.socket)).mode & 0o777, 0o600);
});

const skip = skipWithout('systemd-socket-activate');

test('A daemon that systemd started lets go of an opened folder, too, and leaves the socket.', {
  skip,
}, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const program = `${product.env.PATH?.split(':')[0]}/ecr-xacct`;
  const daemon = await activate(product, [program, 'daemon', 'run']);
  passwordOf(await product.get(HOST), HOST);
  await chmod(dirname(product.socket), 0o755);
  assert.equal(await answerTo('get', product), '');
  assert.deepEqual(await daemon.ended, [0, null]);
  assert.ok(await isThere(product.socket));
  await chmod(dirname(product.socket), 0o700);
});

test('A daemon that systemd starts in an open folder, wherever that is, serves no one.', {
  skip,
}, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const program = `${product.env.PATH?.split(':')[0]}/ecr-xacct`;
  // Its own variables name another socket.
  const elsewhere = { ...product, socket: join(product.folder, 'open', 'daemon.sock') };
  const daemon = await activate(elsewhere, [program, 'daemon', 'run']);
  await chmod(dirname(elsewhere.socket), 0o755);
  assert.equal(await answerTo('get', elsewhere), '');
  assert.deepEqual(await daemon.ended, [1, null]);
});

/** What systemd would do for another kind of socket. */
const HAND_OVER = `
import os, socket, sys
kind, name, *command = sys.argv[1:]
s = socket.socket(getattr(socket, kind))
s.bind("\\0" + name if kind == "AF_UNIX" else (name, 0))
s.listen()
os.dup2(s.fileno(), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(command[0], command)
`;

test('A socket of systemd that is no file is refused: any user may connect to it.', async (t) => {
  for (const [kind, name] of Object.entries({ AF_UNIX: crypto.randomUUID(), AF_INET: '127.0.0.1' })) {
    await t.test(kind, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const command = ['python3', '-c', HAND_OVER, kind, name, 'ecr-xacct', 'daemon', 'run'];
      const { status, stderr } = await product.run(command);
      assert.equal(status, 1);
      assert.match(stderr, /the socket that systemd made has no path, so other users may connect/);
    });
  }
});
