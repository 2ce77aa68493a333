// Finds the process that listens on a socket of the file system, and the path of a socket.
import { fstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/**
 * The ID of this user's process that listens on the socket at `path`. If several do (systemd, and the daemon that it
 * started), the daemon's. Undefined if it is unclear: no process listens, two daemons do (a path may be bound again),
 * the process is in another container, or this is not Linux.
 */
export function socketHolder(path: string, uid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const sockets = listeningOn(path);
  if (sockets.size === 0) return undefined;
  const processes = processesOf(uid);
  const holders = processes.filter((pid) => holds(pid, sockets));
  // If the user may not read a daemon's program file, the kernel hides its descriptors.
  const likely = holders.length === 0 ? processes.filter(isClosed) : holders;
  const [holder, ...others] = likely.length === 1 && likely === holders ? holders : daemonsOf(likely);
  return others.length === 0 ? holder : undefined;
}

/** A minter that has just been forked still looks like the daemon. */
function daemonsOf(pids: readonly number[]): number[] {
  const daemons = pids.filter(isDaemon);
  return daemons.filter((pid) => !daemons.includes(parentOf(pid)));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1]);
}

/** `__SO_ACCEPTCON` of linux/net.h. */
const LISTENS = 0x10000;

/** proc_pid_net(5): Num RefCount Protocol Flags Type St Inode Path. A path may contain spaces. */
const ROW = /^[\da-f]+: [\dA-F]+ [\dA-F]+ ([\dA-F]+) [\dA-F]+ [\dA-F]+ +(\d+) (.+)$/;

/** As in `socket:[INODE]`. A path that was bound again has two entries while the older socket is open. */
function listeningOn(path: string): ReadonlySet<string> {
  const sockets = listeningSockets().filter(({ bound }) => bound === path);
  return new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
}

/** The path of the listening socket of a descriptor; undefined if it is not in the file system. */
export function boundPath(fd: number): string | undefined {
  const inode = attempt(() => String(fstatSync(fd).ino));
  return listeningSockets().find((socket) => socket.inode === inode && socket.bound.startsWith('/'))?.bound;
}

/** `bound`: a path, or an abstract name that begins with `@`. */
function listeningSockets(): { inode: string; bound: string }[] {
  const rows = (read('/proc/net/unix') ?? '').split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, flags, inode, bound] = ROW.exec(row) ?? [];
    if (flags === undefined || inode === undefined || bound === undefined) return [];
    return (Number.parseInt(flags, 16) & LISTENS) === 0 ? [] : { inode, bound };
  });
}

function processesOf(uid: number): number[] {
  const isOf = (pid: string) => attempt(() => statSync(`/proc/${pid}`).uid) === uid;
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && isOf(name))
    .map(Number);
}

function holds(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return list(folder).some((fd) => sockets.has(attempt(() => readlinkSync(`${folder}/${fd}`)) ?? ''));
}

function isClosed(pid: number): boolean {
  return attempt(() => readdirSync(`/proc/${pid}/fd`)) === undefined;
}

function isDaemon(pid: number): boolean {
  return (read(`/proc/${pid}/cmdline`) ?? '').includes('\0daemon\0run\0');
}

function read(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Processes may end during the look, and some cannot be read by this user. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
