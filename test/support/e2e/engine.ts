// A test's Docker engine: one dockerd with its containerd, in one folder, on one socket.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '../peers.ts';

/** A running engine; disposing stops it and removes its folder. */
export interface Engine extends AsyncDisposable {
  /** For `DOCKER_HOST`: `unix:///…/docker.sock`. */
  readonly host: string;
  /** The folder of everything that the engine keeps: images, sockets. */
  readonly folder: string;
}

// dockerd gives its own containerd 15 s to end before it kills it (20.10, libcontainerd/supervisor).
const stopWithin = 20_000;

/**
 * Starts dockerd with a new folder inside `parent`, and waits until it answers. Nothing of this process's environment
 * reaches it. If it ends before that, throws its last output.
 */
export async function startEngine(parent = tmpdir()): Promise<Engine> {
  const folder = await mkdtemp(join(parent, 'engine-'));
  const host = `unix://${folder}/docker.sock`;
  const dockerd = spawn(peer('dockerd'), engineArguments(folder, host), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async () => {
    await stopProcess(dockerd);
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(dockerd);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, folder, [Symbol.asyncDispose]: stop };
}

function engineArguments(folder: string, host: string): string[] {
  return [
    ...['--host', host, '--pidfile', join(folder, 'dockerd.pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    // Without kernel features and the machine's network: images are only pulled, pushed and built.
    ...['--storage-driver', 'vfs', '--bridge=none', '--iptables=false', '--ip-forward=false'],
  ];
}

async function untilListening(dockerd: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    // Reading continues after the engine is ready: a full pipe would stop it.
    dockerd.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-4_000);
      if (log.includes('API listen on')) resolve();
    });
    dockerd.once('error', reject);
    dockerd.once('exit', () => reject(new Error(`dockerd ended before it was ready:\n${log}`)));
  });
}

/** Its containerd always ends with it: dockerd asks the kernel for that (Pdeathsig). */
async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopWithin);
  await ended;
  clearTimeout(deadline);
}

/** After a failed start or a kill, dockerd leaves its data-root mounted on itself. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const path of mounts.filter((mount) => mount.startsWith(`${folder}/`)).reverse()) {
    execFileSync('umount', [path]);
  }
}
