// How the daemon comes and goes: one per socket, a stale socket taken over, the end when nothing is left to serve.
import { chmodSync, lstatSync, rmSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { activatedSockets } from '../os/inherited-fds.ts';
import { limitError } from '../os/limits.ts';
import { boundPath } from '../os/socket-holder.ts';
import { isSafeSocket, makeSocketFolder, safeSocket } from '../wire/socket-path.ts';

/** Racing starters wait for one another: binding takes milliseconds, so this is some seconds in all. */
const LOCK_OPTIONS = {
  realpath: false,
  // The shortest that the library allows; a starter that was killed holds up others for this long.
  stale: 2_000,
  retries: { retries: 60, factor: 1.2, minTimeout: 5, maxTimeout: 200 },
  // By default the library throws out of a timer. A lock lost meanwhile means two daemons at the worst, and the one whose
  // socket is replaced ends itself.
  onCompromised: () => {},
};

/**
 * Listens on the socket, unless another daemon already does. The system decides among starters at the same moment: a path can
 * be bound once. A socket that nobody answers on is removed only under a lock.
 * @returns whether this process is the daemon now.
 * @throws XacctError `socket-unsafe`, `limit`; errors of the lock and of listen.
 */
export async function becomeDaemon(server: Server, path: string, uid: number): Promise<boolean> {
  makeSocketFolder(path, uid);
  if (await listen(server, path)) return true;
  if (await isAnswering(path, uid)) return false;
  // Loaded only here: it is rare, and the library would stay in memory.
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

/** Where a starter was killed and the clock set back then, its lock would not be stale before the clock is there again. */
function dropLockOfFuture(lock: string): void {
  const made = lstatSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made > Date.now() + LOCK_OPTIONS.stale) rmSync(lock, { recursive: true, force: true });
}

/** What a daemon listens on. */
export interface Bound {
  path: string;
  /** The descriptor that systemd handed over: then the socket's mode is its unit's to say, and it stays when the daemon ends. */
  inherited?: number;
}

/**
 * The socket that systemd made, where it started this very process for it.
 * @throws XacctError `socket-unsafe` where it is none of the file system: nothing would keep other users out.
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

/** Listens on it. @throws XacctError `socket-unsafe`; errors of listen. */
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
 * Why other users may have come to the socket since it was made; undefined where they may not. What an access control list
 * grants is in the mode of its group. The socket's own mode counts, too, though in a closed folder it lets in no one: the
 * daemon made it 0600, and who opened it may open the folder next.
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

/** A connection that takes this long is no sign of life, and none of death: the socket is left alone. */
const CONNECT_DEADLINE_MS = 2_000;

/** @throws the error of a connection that says neither yes nor no. */
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

/** @returns false where something is at the path already. */
function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(limitError(`cannot listen on ${path}`, error) ?? error);
    };
    server.once('error', fail);
    server.listen({ path, backlog: 4096 }, () => {
      server.off('error', fail);
      // The folder is closed to others already; the socket is too, for whoever looks at it alone.
      chmodSync(path, 0o600);
      resolve(true);
    });
  });
}

/** What a daemon was when it began to serve. */
export interface Beginning {
  bound: Bound;
  uid: number;
  /** The socket's `fileIdentity`. */
  socket: string | undefined;
  /** The path of the program that runs. */
  program: string;
}

/** Why a daemon is to end, whatever it holds; undefined while it may serve. */
export function faultOf({ bound, uid, socket, program }: Beginning): string | undefined {
  if (fileIdentity(bound.path) !== socket) return 'the socket was removed or replaced';
  return fileIdentity(program) === undefined ? 'the program was removed' : exposure(bound, uid);
}

export interface Watch {
  /** As by `faultOf`. */
  fault: () => string | undefined;
  /** When the last request was, by `clock`. */
  lastRequest: () => number;
  /** Whether tokens or logins are held. */
  holdsAnything: () => boolean;
  /** What is due now and then: renew, drop what expired, rotate the log. */
  tidy: () => void;
  /** Milliseconds, never set back. */
  clock: () => number;
  /** Calls it each minute, while the machine is awake; a timer of this machine, unless a test has its own time. */
  everyMinute?: ((look: () => void) => void) | undefined;
  end: End;
}

/** Ends the daemon; the reason is for the log. */
export type End = (reason: string, level?: 'info' | 'warn') => void;

/** Idle, the daemon wakes once a minute. */
const TICK_MS = 60_000;
const IDLE_EXIT_MS = 15 * 60_000;

/** Looks now and then whether the daemon is still of use. */
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

/** The timer does not keep a process alive. */
function tickEveryMinute(look: () => void): void {
  setInterval(look, TICK_MS).unref();
}

/** Removes the socket, if it is still the one this daemon made. */
export function removeOwnSocket(path: string, own: string | undefined): void {
  if (own !== undefined && fileIdentity(path) === own) unlinkSocket(path);
}

/** Device, inode and time of the last change of its contents; undefined where it is not there or cannot be seen. */
export function fileIdentity(path: string): string | undefined {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : `${stat.dev}:${stat.ino}:${stat.mtimeNs}`;
  } catch {
    return undefined;
  }
}
