// A daemon that systemd-socket-activate starts for the first connection to a product's socket.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { peer } from '../peers.ts';
import { whenever } from '../processes.ts';
import type { Product } from './product.ts';

export interface ActivatedDaemon {
  /** The program's own, because it replaces systemd-socket-activate. */
  readonly pid: number | undefined;
  /** Exit status and signal. */
  readonly ended: Promise<unknown[]>;
}

/** Resolves when the socket exists. `command` becomes the daemon. */
export async function activate(product: Product, command: readonly string[]): Promise<ActivatedDaemon> {
  await mkdir(dirname(product.socket), { mode: 0o700 });
  const variables = Object.keys(product.env).flatMap((name) => ['--setenv', name]);
  const daemon = spawn(
    peer('systemd-socket-activate'),
    ['--listen', product.socket, ...variables, ...command],
    { env: product.env, stdio: 'ignore' },
  );
  const ended = once(daemon, 'exit');
  await whenever('the socket is there', () =>
    lstat(product.socket).then(
      () => true,
      () => false,
    ),
  );
  return { pid: daemon.pid, ended };
}
