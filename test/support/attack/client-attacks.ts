// Attacks with connections: clients that send nothing, half a request, too much or too slowly, or do not read.
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { whenever } from '../processes.ts';
import { HOST, type ProductStage } from '../product/stage.ts';
import { randomOf } from '../random.ts';
import { type Attack, attempted, faultOfDaemon, startWithDaemon } from './attacked.ts';
import { faultOf } from './rule.ts';

/** Simultaneous connections. */
const ROUND = 200;
/** Kilobytes of memory; under load it has about 85 MB. */
const MOST_MEMORY = 256_000;

/** Does something with a connection, and leaves it open. */
const CLIENTS: Readonly<Record<string, (socket: Socket, frame: Buffer) => void>> = {
  'says nothing': () => {},
  'says half': (socket, frame) => void socket.write(frame.subarray(0, frame.length / 2)),
  'says all and does not end': (socket, frame) => void socket.write(frame),
  'says it slowly': (socket, frame) => {
    let at = 0;
    const timer = setInterval(() => socket.write(frame.subarray(at, ++at)), 20);
    socket.once('close', () => clearInterval(timer));
  },
  'does not read': (socket, frame) => void socket.pause().end(frame),
  'asks and leaves': (socket, frame) => void socket.write(frame, () => socket.destroy()),
  'leaves at once': (socket) => void socket.destroy(),
  'sends too much': (socket) => void socket.end(Buffer.alloc(3_000_000, 'x')),
  'ends at once': (socket) => void socket.end(),
};

async function attach({ product }: ProductStage): Promise<Socket> {
  const socket = connect({ path: product.socket, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The user gets answers meanwhile. After the attacking clients have disconnected, the daemon keeps nothing of them. */
export async function attackByConnection({ seed, count, tally }: Attack): Promise<void> {
  const kind = 'hostile clients';
  await using stage = await startWithDaemon();
  const { product, pid } = stage;
  const open = async () => (await readdir(`/proc/${pid}/fd`)).length;
  const before = await open();
  const variables = Object.entries(product.env).map(([name, value]) => `${name}=${value}\0`);
  const frame = Buffer.from(`ecr-xacct/2 get\n${variables.join('')}\0${HOST}`);
  for (let first = 0; first < count; first += ROUND) {
    const sockets: Socket[] = [];
    const kinds: string[] = [];
    for (let number = first; number < Math.min(first + ROUND, count); number += 1) {
      const what = randomOf(seed, kind, number).pick(Object.keys(CLIENTS));
      const socket = await attach(stage);
      CLIENTS[what]?.(socket, frame);
      sockets.push(socket);
      kinds.push(what);
    }
    const fault = await attempted(product.get(HOST), (ran) =>
      faultOf('token', HOST, ran, stage.aws.issuedTokens),
    );
    for (const [index, attack] of kinds.entries()) {
      tally.count({ kind, front: 'socket', number: first + index, attack }, index === 0 ? fault : undefined);
    }
    for (const socket of sockets) socket.destroy();
  }
  await whenever('their descriptors are closed', async () => (await open()) <= before + 2);
  const memory = Number(/^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const afterwards = { kind, front: 'socket', number: count, attack: 'the daemon afterwards' };
  tally.count(afterwards, memory > MOST_MEMORY ? `${memory} kB of memory` : await faultOfDaemon(stage));
}
