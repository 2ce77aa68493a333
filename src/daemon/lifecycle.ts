// Starts and ends the daemon: one per socket; it replaces a stale socket, and ends when it is no longer needed.
import { chmodSync, lstatSync, rmSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { activatedSockets } from '../os/inherited-fds.ts';
import { limitError } from '../os/limits.ts';
import { boundPath } from '../os/socket-holder.ts';
import { isSafeSocket, makeSocketFolder, safeSocket } from '../wire/socket-path.ts';

/** Parallel starters wait for one another. Binding takes milliseconds, so this is a few seconds in all. */
const LOCK_OPTIONS = {
  realpath: false,
  // The minimum of the library. A starter that was killed blocks others for this long.
  stale: 2_000,
  retries: { retries: 60, factor: 1.2, minTimeout: 5, maxTimeout: 200 },
  // By default the library throws from a timer. A lost lock can at worst cause two daemons, and the one whose socket is
  // replaced ends itself.
  onCompromised: () => {},
};

/**
 * Listens on the socket, unless another daemon already does. The system chooses between parallel starters: a path can
 * be bound only once. A socket that does not answer is removed only under a lock.
 * @returns whether this process is now the daemon.
 * @throws XacctError `socket-unsafe`, `limit`; errors of the lock and of listen.
 */
export async function becomeDaemon(server: Server, path: string, uid: number): Promise<boolean> {
  makeSocketFolder(path, uid);
  if (await listen(server, path)) return true;
  if (await isAnswering(path, uid)) return false;
  // Loaded only here: it is rarely used, and the library would stay in memory.
  const { lock } = await import('proper-lockfile');
  dropLockOfFuture(`${path}.lock`);
  const release = await lock(path, LOCK_OPTIONS);
  try {
    if (await isAnswering(path, uid)) return false;
    unlinkSocket(path);
    return await listen(server, path);
  } finally {
    await release();
  }
}

/**
 * If a starter was killed and the clock was then set back, its lock would not be stale until the clock reaches that
 * time again.
 */
function dropLockOfFuture(lock: string): void {
  const made = lstatSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made > Date.now() + LOCK_OPTIONS.stale) rmSync(lock, { recursive: true, force: true });
}

/** The socket that a daemon listens on. */
export interface Bound {
  path: string;
  /** The descriptor from systemd. Then its unit sets the socket's mode, and the socket stays when the daemon ends. */
  inherited?: number;
}

/**
 * The socket that systemd made, if it started this process for it.
 * @throws XacctError `socket-unsafe` if it has no path in the file system: then other users could connect.
 */
export function activatedSocket(env: Readonly<Record<string, string | undefined>>): Bound | undefined {
  const [inherited] = activatedSockets(env);
  if (inherited === undefined) return undefined;
  const path = boundPath(inherited);
  if (path !== undefined) return { path, inherited };
  throw new XacctError(
    'socket-unsafe',
    'the socket that systemd made has no path, so other users may connect',
    {
      hint: { say: 'to see its ListenStream', run: command`systemctl --user cat ecr-xacct.socket` },
    },
  );
}

/** Listens on the socket of systemd. @throws XacctError `socket-unsafe`; errors of listen. */
export async function listenActivated(server: Server, path: string, fd: number, uid: number): Promise<void> {
  isSafeSocket(path, uid);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Why other users may have had access to the socket since it was made; undefined if they have none. The group bits of
 * the mode include what an access control list grants. The socket's own mode is checked, too, although a closed folder
 * already keeps other users out: the daemon made it 0600, and what has changed that may change the folder next.
 */
export function exposure({ path, inherited }: Bound, uid: number): string | undefined {
  try {
    const socket = safeSocket(path, uid);
    const isOpen = socket !== undefined && inherited === undefined && (socket.mode & 0o077) !== 0;
    return isOpen ? `${path}, the daemon's socket, is open to other users` : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** After this time it is unknown whether a daemon answers, so the socket is left alone. */
const CONNECT_DEADLINE_MS = 2_000;

/** @throws the error of a connection that neither succeeds nor is refused. */
async function isAnswering(path: string, uid: number): Promise<boolean> {
  if (!isSafeSocket(path, uid)) return false;
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(CONNECT_DEADLINE_MS, () => socket.destroy(new Error(`no answer on ${path}`)));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}

function unlinkSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** @returns false if the path already exists. */
function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(limitError(`cannot listen on ${path}`, error) ?? error);
    };
    server.once('error', fail);
    server.listen({ path, backlog: 4096 }, () => {
      server.off('error', fail);
      // The folder already keeps other users out. The mode also satisfies a check of the socket alone.
      chmodSync(path, 0o600);
      resolve(true);
    });
  });
}

/** The state of a daemon when it began to serve. */
export interface Beginning {
  bound: Bound;
  uid: number;
  /** The socket's `fileIdentity`. */
  socket: string | undefined;
  /** The path of the program that runs. */
  program: string;
}

/** Why a daemon must end, even if it holds tokens; undefined while it may serve. */
export function faultOf({ bound, uid, socket, program }: Beginning): string | undefined {
  if (fileIdentity(bound.path) !== socket) return 'the socket was removed or replaced';
  return fileIdentity(program) === undefined ? 'the program was removed' : exposure(bound, uid);
}

export interface Watch {
  /** As in `faultOf`. */
  fault: () => string | undefined;
  /** The time of the last request, by `clock`. */
  lastRequest: () => number;
  /** Whether the daemon holds tokens or logins. */
  holdsAnything: () => boolean;
  /** The periodic work: renew tokens, drop expired ones, rotate the log. */
  tidy: () => void;
  /** Milliseconds, never set back. */
  clock: () => number;
  /** Calls `look` each minute while the machine is awake. A timer of this machine, unless a test passes its own. */
  everyMinute?: ((look: () => void) => void) | undefined;
  end: End;
}

/** Ends the daemon. The reason is for the log. */
export type End = (reason: string, level?: 'info' | 'warn') => void;

/** An idle daemon wakes once a minute. */
const TICK_MS = 60_000;
const IDLE_EXIT_MS = 15 * 60_000;

/** Checks each minute whether the daemon is still needed. */
export function watchUsefulness(watch: Watch): void {
  const { fault, lastRequest, holdsAnything, tidy, clock, everyMinute = tickEveryMinute, end } = watch;
  everyMinute(() => {
    const why = fault();
    if (why !== undefined) {
      end(why, 'warn');
      return;
    }
    tidy();
    if (!holdsAnything() && clock() - lastRequest() > IDLE_EXIT_MS) end('nothing to keep, and no requests');
  });
}

/** The timer does not keep the process alive. */
function tickEveryMinute(look: () => void): void {
  setInterval(look, TICK_MS).unref();
}

/** Removes the socket if it is still the one that this daemon made. */
export function removeOwnSocket(path: string, own: string | undefined): void {
  if (own !== undefined && fileIdentity(path) === own) unlinkSocket(path);
}

/** Device, inode and time of the last change of its contents; undefined if it does not exist or cannot be read. */
export function fileIdentity(path: string): string | undefined {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : `${stat.dev}:${stat.ino}:${stat.mtimeNs}`;
  } catch {
    return undefined;
  }
}
