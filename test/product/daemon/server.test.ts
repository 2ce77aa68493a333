// The daemon's server with clients that are slow, silent, or not ours.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { encodeRequest, MAX_FRAME_BYTES, type NewRequest } from '../../../src/wire/codec.ts';
import { whenever } from '../../support/processes.ts';
import { daemonPid, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../../support/product/stage.ts';

/** A stage whose daemon runs, with a token. */
async function startWithDaemon(): Promise<ProductStage> {
  const stage = await startProductStage();
  passwordOf(await stage.product.get(HOST), HOST);
  return stage;
}

async function connectTo({ socket: path }: Product): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** The daemon's whole answer to these bytes. */
async function send(product: Product, bytes: Buffer | string): Promise<string> {
  const socket = await connectTo(product);
  const answer = buffer(socket);
  socket.end(bytes);
  return (await answer).toString();
}

/** The frame of a request within the size limit. */
function frameOf(request: NewRequest): Buffer {
  const frame = encodeRequest(request);
  assert.ok(frame !== undefined);
  return frame;
}

/** A `get` as the client sends it. */
function getFrame({ env }: Product): Buffer {
  return frameOf({ action: 'get', env: { ...env }, input: HOST });
}

test('A connection without a request, or with half of one, blocks no other and is dropped.', async () => {
  await using stage = await startWithDaemon();
  const { product } = stage;
  const idle = await connectTo(product);
  const half = await connectTo(product);
  half.write(getFrame(product).subarray(0, 40));
  const dropped = [idle, half].map((socket) => buffer(socket));
  passwordOf(await product.get(HOST), HOST);
  for (const answer of await Promise.all(dropped)) assert.equal(answer.length, 0);
  idle.destroy();
  half.destroy();
  passwordOf(await product.get(HOST), HOST);
  assert.equal(stage.aws.count(), 1);
});

test('A request that says its size is answered before its end, and so is its answer written with its own.', async () => {
  await using stage = await startWithDaemon();
  const { product } = stage;
  for (const pieces of [1, 2]) {
    const socket = await connectTo(product);
    const answer = buffer(socket);
    const frame = getFrame(product);
    for (let piece = 0; piece < pieces; piece += 1) {
      socket.write(frame.subarray((frame.length * piece) / pieces, (frame.length * (piece + 1)) / pieces));
    }
    // This side has ended nothing.
    const text = (await answer).toString();
    assert.match(text, /^=00\d{5}0\{"ServerURL"/);
    assert.equal(Number(text.slice(1, 8)), Buffer.byteLength(text) - 8);
    socket.destroy();
  }
  assert.equal(stage.aws.count(), 1);
});

test('A client that is answered, and never ends its side, is dropped.', async () => {
  await using stage = await startWithDaemon();
  const { product } = stage;
  const pid = await daemonPid(product);
  const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
  const socket = await connectTo(product);
  socket.write(getFrame(product));
  await once(socket.resume(), 'end');
  const open = descriptors();
  await whenever('its connection is closed', async () => descriptors() < open);
  socket.destroy();
});

test('A request that has more or less than it says is not answered.', async () => {
  await using stage = await startWithDaemon();
  const frame = getFrame(stage.product).toString();
  for (const said of ['0000001', '0000000', '9999999', '000000x']) {
    assert.equal(await send(stage.product, frame.replace(/@size=\d{7}/, `@size=${said}`)), '', said);
  }
});

test('A request that comes byte by byte is answered like any other.', async () => {
  await using stage = await startWithDaemon();
  const socket = await connectTo(stage.product);
  const answer = buffer(socket);
  for (const byte of getFrame(stage.product)) {
    await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve));
  }
  socket.end();
  assert.match((await answer).toString(), new RegExp(`^=\\d{7}0\\{"ServerURL":"${HOST}"`));
});

test('A client that leaves before its answer does not harm other clients.', async () => {
  await using stage = await startWithDaemon();
  const { aws, product } = stage;
  await product.run(['docker-credential-ecr-xacct', 'erase'], { input: HOST });
  const hang = aws.faults.next({ kind: 'hang' });
  const socket = await connectTo(product);
  socket.end(getFrame(product));
  await hang.reached;
  socket.destroy();
  hang.release();
  passwordOf(await product.get(HOST), HOST);
});

test('What is no request gets a failure that says so.', async (t) => {
  await using stage = await startWithDaemon();
  const { product } = stage;
  const garbage: Record<string, Buffer | string> = {
    nothing: '',
    'a text': 'hello\n',
    HTTP: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'two actions': 'ecr-xacct/2 get erase\n\0',
    'no action': 'ecr-xacct/2\n\0',
    'an environment without an end': 'ecr-xacct/2 get\nHOME=/root\0',
    'a variable without a name': 'ecr-xacct/2 get\n=x\0\0',
    'a variable without a value': 'ecr-xacct/2 get\nHOME\0\0',
    'only zeros': Buffer.alloc(1000),
    'only 0xff': Buffer.alloc(1000, 0xff),
  };
  for (const [what, bytes] of Object.entries(garbage)) {
    await t.test(`${what}.`, async () => {
      const answer = await send(product, bytes);
      assert.match(answer, /^2ecr-xacct: the request is not of protocol ecr-xacct\/2/);
    });
  }
  await t.test('A request that is too large, by one byte or by far.', async () => {
    const unsized = getFrame(product)
      .toString()
      .replace(/@size=\d{7}\0/, '');
    for (const size of [MAX_FRAME_BYTES + 1, 8 * 1024 * 1024]) {
      const frame = Buffer.concat([Buffer.from(unsized), Buffer.alloc(size)]).subarray(0, size);
      assert.match(await send(product, frame), /^2ecr-xacct: .*larger than 256 KiB/);
    }
  });
  await t.test('An action or a protocol of a newer client is left to that client.', async () => {
    assert.equal(await send(product, 'ecr-xacct/2 grant\n\0'), '3ecr-xacct/2 action');
    assert.equal(await send(product, 'ecr-xacct/3 get\n\0'), '3ecr-xacct/2 version');
  });
  await t.test('A login or an explain of nonsense.', async () => {
    const inputs = [
      '',
      '[]',
      '{',
      '{"hostname":1}',
      '{"hostname":"a b"}',
      '{"profile":""}',
      '{"hostname":"a.example","mint":2,"code":3}',
    ];
    for (const action of ['login', 'explain']) {
      for (const input of inputs) {
        const answer = await send(product, `ecr-xacct/2 ${action}\n\0${input}`);
        assert.match(
          answer,
          /^0\{"error":\{"code":"protocol","message":"this daemon does not know the request/,
          input,
        );
      }
    }
  });
  await t.test('After all of it the daemon is the same, and still answers.', async () => {
    passwordOf(await product.get(HOST), HOST);
    assert.equal(stage.aws.count(), 1);
  });
});
