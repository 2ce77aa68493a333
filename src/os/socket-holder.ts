// Which process listens on a socket of the file system, for a hint that names the one process to end.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/**
 * The ID of the process of this user that listens on the socket at `path`; of several (systemd, and the daemon that it
 * activated) that of the daemon. Undefined where it cannot be told: none listens there, two daemons do (a path may be
 * bound again), it runs in another container, or this is not Linux.
 */
export function socketHolder(path: string, uid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const sockets = listeningOn(path);
  if (sockets.size === 0) return undefined;
  const holders = processesOf(uid).filter((pid) => holds(pid, sockets));
  const [holder, ...others] = holders.length > 1 ? holders.filter(isDaemon) : holders;
  return others.length === 0 ? holder : undefined;
}

/** `__SO_ACCEPTCON` of linux/net.h. */
const LISTENS = 0x10000;

/** proc_pid_net(5): Num RefCount Protocol Flags Type St Inode Path; blanks in a path are its own. */
const ROW = /^[\da-f]+: [\dA-F]+ [\dA-F]+ ([\dA-F]+) [\dA-F]+ [\dA-F]+ +(\d+) (.+)$/;

/** As in `socket:[INODE]`. A path that was bound again is there more than once, while the older socket is open. */
function listeningOn(path: string): ReadonlySet<string> {
  const rows = (read('/proc/net/unix') ?? '').split('\n').slice(1);
  const sockets = new Set<string>();
  for (const row of rows) {
    const [, flags = '', inode, bound] = ROW.exec(row) ?? [];
    if (bound === path && (Number.parseInt(flags, 16) & LISTENS) !== 0) sockets.add(`socket:[${inode}]`);
  }
  return sockets;
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

function isDaemon(pid: number): boolean {
  return (read(`/proc/${pid}/cmdline`) ?? '').includes('\0daemon\0run\0');
}

function read(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Processes end while they are looked at, and some are closed to this user. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
