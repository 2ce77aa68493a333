// Another user of the machine: a process that listens at the daemon's path, or tries to reach the user's files.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { USER } from '../onlooker.ts';
import type { ProductStage } from '../product/stage.ts';

/** The answers of the stranger's daemon. */
export const EVIL_SECRET = 'of-a-stranger';

const BECOME = `process.setgroups([]); process.setgid(${USER}); process.setuid(${USER});`;
/** Others may pass through the folder, but not list it. */
const OPEN_FOLDER = 0o711;

function begin(
  script: string,
  args: readonly string[],
): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } {
  const child = spawn(process.execPath, ['-e', BECOME + script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child as ReturnType<typeof begin>;
}

const LISTEN = `
const server = require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {}).on('data', (bytes) => console.log('heard ' + bytes.length));
  const answer = { ServerURL: 'x', Username: 'AWS', Secret: '${EVIL_SECRET}' };
  socket.end('0' + JSON.stringify(answer) + '\\n');
});
server.on('error', (error) => { console.log(error.code); process.exit(1); });
server.listen(process.argv[1], () => console.log('listens'));`;

export interface Listener extends AsyncDisposable {
  /** Whether anyone sent it anything. */
  readonly heard: () => boolean;
}

/** Listens at a path in a folder that the stranger may write to now. */
export async function strangerListens(path: string): Promise<Listener> {
  const child = begin(LISTEN, [path]);
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  await once(reader, 'line');
  if (lines[0] !== 'listens') throw new Error(`the stranger cannot listen: ${lines[0]}`);
  return {
    heard: () => lines.some((line) => line.startsWith('heard')),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const TRY = `
const { connect } = require('node:net');
const fs = require('node:fs');
const [, request] = process.argv;
const tried = JSON.parse(request);
const read = (path) => fs.readSync(fs.openSync(path, 'r'), Buffer.alloc(8));
const acts = {
  read,
  list: (path) => fs.readdirSync(path),
  write: (path) => fs.closeSync(fs.openSync(path, 'a')),
  remove: (path) => fs.rmSync(path),
  rename: (path) => fs.renameSync(path, path + '.stolen'),
  open: (path) => fs.chmodSync(path, 0o777),
  link: (path) => fs.readlinkSync(path),
  signal: (pid) => process.kill(Number(pid), 0),
  connect: (path) => new Promise((resolve, reject) => connect(path).once('connect', resolve).once('error', reject)),
};
(async () => {
  for (const [act, on] of tried)
    await Promise.resolve().then(() => acts[act](on)).then(() => console.log(JSON.stringify([act, on])), () => {});
  process.exit(0);
})();`;

/** What a stranger tries: each with a path or a process ID. */
export type Attempt = readonly [act: string, on: string];

/** Tries all of it. @returns what worked. */
export async function strangerTries(attempts: readonly Attempt[]): Promise<Attempt[]> {
  const child = begin(TRY, [JSON.stringify(attempts)]);
  const said = await text(child.stdout);
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Attempt);
}

/** Lets strangers pass through the test's own folders, so that only the product's protect its files. */
export async function letThrough({ product }: ProductStage): Promise<void> {
  for (const path of [product.folder, product.home, product.runtime]) await chmod(path, OPEN_FOLDER);
}
