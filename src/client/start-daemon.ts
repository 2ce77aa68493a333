// Starts a daemon that outlives this process and holds nothing of it, and waits until it answers.
import type { SelfCommand } from '../invocation.ts';
import { RESULT_FD, spawnSelf } from '../os/spawn-self.ts';
import { daemonEnvironment } from '../wire/environment.ts';

/** A start takes a tenth of a second; a machine that needs this long is better served without a daemon. */
const START_DEADLINE_MS = 10_000;

/** Resolves to whether a daemon is ready, this one or another that was quicker. */
export async function startDaemon(
  self: SelfCommand,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { child: daemon, output: ready } = spawnSelf(self, {
    args: ['daemon', 'run', '--ready-fd', String(RESULT_FD)],
    cwd: '/',
    env: daemonEnvironment(env),
    stdin: 'ignore',
  });
  const isReady = await new Promise<boolean>((resolve) => {
    const deadline = setTimeout(() => resolve(false), START_DEADLINE_MS);
    const settle = (value: boolean) => {
      clearTimeout(deadline);
      resolve(value);
    };
    daemon.once('error', () => settle(false));
    ready?.once('error', () => settle(false));
    ready?.once('data', () => settle(true));
    ready?.once('close', () => settle(false));
  });
  // One that has not become a daemon by now must not become one later, unasked.
  if (!isReady) daemon.kill('SIGKILL');
  ready?.destroy();
  daemon.unref();
  return isReady;
}
