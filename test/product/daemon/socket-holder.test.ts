// The process that is named as the listener on a socket: the daemon, and never another process with the socket.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { socketHolder } from '../../../src/os/socket-holder.ts';
import { daemonPid, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const uid = process.getuid?.() ?? 0;

async function makeSocketPath() {
  // A name as in a desktop's XDG_RUNTIME_DIR, and worse.
  const folder = await mkdtemp(join(tmpdir(), 'socket holder-'));
  return {
    path: join(folder, 'daemon.sock'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const LISTENS = `
const server = require('node:net').createServer();
process.once('message', (path) => server.listen(path, () => process.send('listens')));
process.once('disconnect', () => process.exit());`;
/** Gets a socket that another process listens on, as from systemd. */
const IS_HANDED = `
process.once('message', (text, server) => { globalThis.server = server; process.send('holds'); });
process.once('disconnect', () => process.exit());`;

function start(script: string, args: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, ['--eval', script, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function listenOn(path: string): Promise<ChildProcess> {
  const child = start(LISTENS);
  child.send(path);
  await once(child, 'message');
  return child;
}

test('It is the daemon, while a minter of it waits and clients are connected.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  const client = connect(product.socket);
  await once(client, 'connect');
  assert.equal(socketHolder(product.socket, uid), await daemonPid(product));
  client.destroy();
  const stopped = await product.run(['ecr-xacct', 'daemon', 'stop']);
  assert.equal(stopped.stdout, 'The daemon has stopped.\n', stopped.stderr);
  assert.equal(socketHolder(product.socket, uid), undefined);
});

test('It is any other process that listens there, until that has ended.', async () => {
  await using socket = await makeSocketPath();
  using child = await listenOn(socket.path);
  assert.equal(socketHolder(socket.path, uid), child.pid);
  assert.equal(socketHolder(`${socket.path}.other`, uid), undefined);
  assert.equal(socketHolder(socket.path, uid + 1), undefined);
  child.disconnect();
  await once(child, 'exit');
  assert.equal(socketHolder(socket.path, uid), undefined);
});

test('Of the process that made the socket and the daemon that it was handed to, it is the daemon.', async () => {
  await using socket = await makeSocketPath();
  await using server = createServer();
  await new Promise<void>((resolve) => server.listen(socket.path, resolve));
  assert.equal(socketHolder(socket.path, uid), process.pid);
  using daemon = start(IS_HANDED, ['daemon', 'run']);
  daemon.send('socket', server);
  await once(daemon, 'message');
  assert.equal(socketHolder(socket.path, uid), daemon.pid);
  // Of two, neither.
  using second = start(IS_HANDED, ['daemon', 'run']);
  second.send('socket', server);
  await once(second, 'message');
  assert.equal(socketHolder(socket.path, uid), undefined);
});
