// The daemon with a socket that systemd made: it serves there, and leaves the socket when it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat } from 'node:fs/promises';
import { test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { activate } from '../../support/product/activated-daemon.ts';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const skip = skipWithout('systemd-socket-activate');

test('Started by systemd for its socket, the daemon serves there, and leaves the socket when it stops.', {
  skip,
}, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const program = `${product.env.PATH?.split(':')[0]}/ecr-xacct`;
  const daemon = await activate(product, [program, 'daemon', 'run']);

  passwordOf(await product.get(HOST), HOST);
  passwordOf(await product.get(HOST), HOST);
  assert.equal(stage.aws.count(), 1);
  assert.equal((await product.daemon())?.pid, daemon.pid);

  assert.equal((await product.run(['ecr-xacct', 'daemon', 'stop'])).status, 0);
  assert.deepEqual(await daemon.ended, [0, null]);
  assert.ok((await lstat(product.socket)).isSocket());
});

test('LISTEN_FDS that are meant for another process are none of its own.', async () => {
  await using stage = await startProductStage({ env: { LISTEN_FDS: '1', LISTEN_PID: '1' } });
  const { product } = stage;
  const daemon = spawn(`${product.env.PATH?.split(':')[0]}/ecr-xacct`, ['daemon', 'run'], {
    env: product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(daemon.stdout, 'data');
  assert.equal((await product.daemon())?.pid, daemon.pid);
});
