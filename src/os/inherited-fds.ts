// The file descriptors that a process of this program gets from its parent; it closes all that it does not need.
import { closeSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Environment } from '../invocation.ts';

/**
 * The descriptor for the result of a minter or the daemon: other code in the process may print to stdout and stderr.
 */
export const RESULT_FD = 3;

/**
 * The first descriptor from systemd, by its protocol:
 * https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html
 */
const SD_LISTEN_FDS_START = 3;

/** The sockets that systemd created, if it started this process for them. */
export function activatedSockets({ LISTEN_FDS, LISTEN_PID }: Environment): readonly number[] {
  if (LISTEN_PID !== String(process.pid) || !/^[1-9]\d{0,3}$/.test(LISTEN_FDS ?? '')) return [];
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => SD_LISTEN_FDS_START + index);
}

interface Descriptor {
  fd: number;
  /** A path, `pipe:[INODE]`, `anon_inode:[eventpoll]`. */
  target: string;
  /** The flags of open(2) and fcntl(2). */
  flags: number;
}

/**
 * Closes every inherited descriptor above 2 that is not `needed`: this process would keep a script's lock or pipe open
 * while it lives. Call it before a stream is opened. Linux only: on macOS Node's own `spawn` passes nothing on
 * (POSIX_SPAWN_CLOEXEC_DEFAULT), and a program cannot see there which descriptors are Node's.
 */
export function closeInherited(needed: readonly number[]): void {
  if (process.platform !== 'linux') return;
  const all = openDescriptors();
  for (const descriptor of all) {
    if (needed.includes(descriptor.fd) || isOfNode(descriptor, all)) continue;
    try {
      closeSync(descriptor.fd);
    } catch {
      // It is closed in any case; the error is about data written before.
    }
  }
}

/** Descriptors above 2, even above a limit that was lowered later. Empty without /proc. */
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
    // This was the descriptor for reading the folder.
    return undefined;
  }
}

/** Threads of the C library open files of /sys and /proc for a moment, to count the processors. */
const OF_SYSTEM = /^\/(?:dev\/null$|sys\/|proc\/)/;

/** `O_CLOEXEC` on Linux; Node has no name for it. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Node opens its own descriptors close-on-exec. That is not enough to recognize them: Node also sets it on inherited
 * ones, up to the first gap after 15 (uv_disable_stdio_inheritance). But its own are non-blocking, event queues, pipes
 * with both ends in this process, or /dev/null, which Node keeps in reserve for when it runs out of descriptors.
 */
function isOfNode({ target, flags }: Descriptor, all: readonly Descriptor[]): boolean {
  if ((flags & CLOSE_ON_EXEC) === 0) return false;
  if ((flags & constants.O_NONBLOCK) !== 0 || OF_SYSTEM.test(target)) return true;
  if (target.startsWith('anon_inode:')) return true;
  return target.startsWith('pipe:') && all.filter((other) => other.target === target).length > 1;
}
