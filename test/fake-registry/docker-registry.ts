// Debian's docker-registry as a child process on loopback, with temporary storage.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const DOCKER_REGISTRY = '/usr/bin/docker-registry';

export interface DockerRegistry extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a registry. If it ends before it listens, throws its last output. `htpasswd`: the allowed users, as lines
 * `NAME:BCRYPT`; by default, everyone is allowed.
 */
export async function startDockerRegistry(htpasswd?: string): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-registry-'));
  const config = join(folder, 'config.yml');
  const path = join(folder, 'htpasswd');
  if (htpasswd !== undefined) await writeFile(path, htpasswd);
  const auth = htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'fake-registry', path } } };
  await writeFile(config, JSON.stringify({ ...configuration(join(folder, 'storage')), ...auth }));
  const child = spawn(DOCKER_REGISTRY, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'close').catch(() => undefined);
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  // If a test process ends early, the registry must end, too.
  const killChild = () => child.kill('SIGKILL');
  process.once('exit', killChild);
  exited.then(() => process.removeListener('exit', killChild));
  try {
    return { port: await listeningPort(child.stderr), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The registry reads YAML, which includes JSON. */
function configuration(rootdirectory: string) {
  return {
    version: '0.1',
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    // With relative Location headers, only a path has to be translated.
    http: { addr: '127.0.0.1:0', relativeurls: true, secret: 'fake-registry' },
  };
}

/** Reads the log until it names the port. Then it discards the rest, so that the child never blocks. */
function listeningPort(log: NodeJS.ReadableStream): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let last = 'no output';
  createInterface({ input: log })
    .on('line', (line) => {
      last = line;
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    })
    .on('close', () => reject(new Error(`docker-registry ended: ${last}`)));
  return promise;
}
