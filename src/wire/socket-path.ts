// The path of the daemon's socket, and the check that its folder belongs to this user alone.
import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { foreignOwner } from '../os/foreign-folder.ts';
import { makePrivateFolder } from '../os/private-folder.ts';

/** `sizeof sun_path` less the NUL: 108 on Linux, 104 on macOS and the BSDs. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * `$ECR_XACCT_SOCKET`, else `$XDG_RUNTIME_DIR/ecr-xacct/daemon.sock`, else (macOS) in the per-user temporary folder,
 * else `/tmp/ecr-xacct-UID/daemon.sock`. A runtime folder of another user (`sudo -E`) is skipped. Undefined if the path
 * is too long for a socket: then there is no daemon.
 * @throws XacctError `socket-unsafe` if it is relative.
 */
export function socketPath(env: Environment, uid: number): string | undefined {
  const path = wantedPath(env, uid);
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : undefined;
}

function wantedPath(env: Environment, uid: number): string {
  const explicit = env.ECR_XACCT_SOCKET;
  if (explicit) {
    if (!isAbsolute(explicit))
      throw unsafe(`ECR_XACCT_SOCKET=${explicit} is a relative path`, {
        run: command`unset ECR_XACCT_SOCKET`,
      });
    return explicit;
  }
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && isAbsolute(runtime) && isOwnFolder(runtime, uid)) {
    return join(runtime, 'ecr-xacct', 'daemon.sock');
  }
  if (process.platform === 'darwin') return join(darwinUserTemp(), 'ecr-xacct', 'daemon.sock');
  return `/tmp/ecr-xacct-${uid}/daemon.sock`;
}

function isOwnFolder(path: string, uid: number): boolean {
  try {
    const stat = statSync(path);
    return stat.isDirectory() && stat.uid === uid;
  } catch {
    return false;
  }
}

function darwinUserTemp(): string {
  // Not imported: few systems need it, and Node takes a millisecond to load it.
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  return execFileSync('/usr/bin/getconf', ['DARWIN_USER_TEMP_DIR'], {
    encoding: 'utf8',
    timeout: 5_000,
  }).trim();
}

/**
 * The socket, if it exists. Checks that it and its folder belong to this user and the folder is closed to others. So
 * both ends are this user's processes: Node cannot get the peer's uid. The native client can, and checks it.
 * @throws XacctError `socket-unsafe` with the command that fixes it.
 */
export function safeSocket(path: string, uid: number): Stats | undefined {
  const folder = dirname(path);
  const folderStat = lstat(folder);
  if (folderStat === undefined) return undefined;
  if (!folderStat.isDirectory())
    throw unsafe(`${folder} is not a folder`, { run: command`ls -ld ${folder}` });
  checkOwner(folder, folderStat, uid);
  if ((folderStat.mode & 0o077) !== 0) {
    const fix = /(?:^|\/)ecr-xacct(?:-\d+)?$/.test(folder)
      ? { run: command`chmod 700 ${folder}` }
      : // Only that variable can name a shared folder; closing the folder (it may be /tmp) would break others.
        { run: command`unset ECR_XACCT_SOCKET` };
    throw unsafe(`${folder}, the folder of the daemon's socket, is open to other users`, fix);
  }
  const socketStat = lstat(path);
  if (socketStat === undefined) return undefined;
  if (!socketStat.isSocket()) throw unsafe(`${path} is not a socket`, { run: command`ls -l ${path}` });
  checkOwner(path, socketStat, uid);
  return socketStat;
}

/** False if it does not exist. @throws XacctError `socket-unsafe`, as `safeSocket`. */
export function isSafeSocket(path: string, uid: number): boolean {
  return safeSocket(path, uid) !== undefined;
}

/** Creates the socket's folder, 0700 from its first moment. @throws XacctError `socket-unsafe`; errors of mkdir. */
export function makeSocketFolder(path: string, uid: number): void {
  const owner = foreignOwner(path);
  if (owner !== undefined) throw notOwn(`the folder that ${dirname(path)} would be in`, owner, uid);
  makePrivateFolder(dirname(path));
  isSafeSocket(path, uid);
}

function checkOwner(path: string, stat: Stats, uid: number): void {
  if (stat.uid !== uid) throw notOwn(path, stat.uid, uid);
}

/** Root's home may belong to another user (`sudo -E`): root creates nothing there. */
function notOwn(what: string, owner: number, uid: number): XacctError {
  const folder = uid === 0 ? '/var/run/ecr-xacct' : '~/.ecr-xacct';
  return unsafe(`${what} belongs to user ${owner}, not to user ${uid}`, {
    say: 'with a folder of your own',
    run: command`export ECR_XACCT_SOCKET=${folder}/daemon.sock`,
  });
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function unsafe(message: string, hint: Hint): XacctError {
  return new XacctError('socket-unsafe', message, { hint });
}
