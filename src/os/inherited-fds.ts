// What a process of this program is handed by the one that started it, and the end of whatever else it inherited.
import { closeSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Environment } from '../invocation.ts';

/** Where a minter or a daemon says what it has to say: stdout and stderr belong to whatever else prints in that process. */
export const RESULT_FD = 3;

/** The descriptor that systemd hands over, by its protocol: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html */
const SD_LISTEN_FDS_START = 3;

/** The sockets that systemd made and started this very process for. */
export function activatedSockets({ LISTEN_FDS, LISTEN_PID }: Environment): readonly number[] {
  if (LISTEN_PID !== String(process.pid) || !/^[1-9]\d{0,3}$/.test(LISTEN_FDS ?? '')) return [];
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => SD_LISTEN_FDS_START + index);
}

interface Descriptor {
  fd: number;
  /** What it leads to: a path, `pipe:[INODE]`, `anon_inode:[eventpoll]`. */
  target: string;
  /** Of open(2) and fcntl(2). */
  flags: number;
}

/**
 * Closes every inherited descriptor above 2 but those that are `needed`: a script's lock or pipe, which this process would
 * hold for as long as it lives. To be called before a stream is opened. On Linux only: on macOS Node's own `spawn` hands on
 * nothing (POSIX_SPAWN_CLOEXEC_DEFAULT), and a program cannot tell there which descriptors are Node's.
 */
export function closeInherited(needed: readonly number[]): void {
  if (process.platform !== 'linux') return;
  const all = openDescriptors();
  for (const descriptor of all) {
    if (needed.includes(descriptor.fd) || isOfNode(descriptor, all)) continue;
    try {
      closeSync(descriptor.fd);
    } catch {
      // Closed it is, whatever its file system says of what was written.
    }
  }
}

/** Those above 2, also above a limit that was lowered meanwhile. None where /proc is not there. */
function openDescriptors(): Descriptor[] {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .filter((fd) => fd > 2)
      .flatMap((fd) => describe(fd) ?? []);
  } catch {
    return [];
  }
}

function describe(fd: number): Descriptor | undefined {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`);
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags === undefined ? undefined : { fd, target, flags: Number.parseInt(flags, 8) };
  } catch {
    // It was the one that the folder was read with.
    return undefined;
  }
}

/** The C library's threads look into the latter two for a moment: how many processors there are. */
const OF_SYSTEM = /^\/(?:dev\/null$|sys\/|proc\/)/;

/** `O_CLOEXEC` on Linux, which Node has no name for. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Node opens all of its own to be closed on exec. That alone does not tell them: it marks what it inherited likewise, up to the
 * first gap after 15 (uv_disable_stdio_inheritance). But its own do not block, or they are event queues, pipes with both ends
 * in this process, and /dev/null, which it keeps for the day when it has no other descriptor left.
 */
function isOfNode({ target, flags }: Descriptor, all: readonly Descriptor[]): boolean {
  if ((flags & CLOSE_ON_EXEC) === 0) return false;
  if ((flags & constants.O_NONBLOCK) !== 0 || OF_SYSTEM.test(target)) return true;
  if (target.startsWith('anon_inode:')) return true;
  return target.startsWith('pipe:') && all.filter((other) => other.target === target).length > 1;
}
