// Identifies a caller's files by device and inode, so that a daemon can check that it sees the same files.
import { statSync } from 'node:fs';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';

/** Variables with a file or folder that decides the identity. The native client has the same list, in this order. */
export const FILE_VARIABLES = [
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_LOGIN_CACHE_DIRECTORY',
  'ECR_XACCT_CONFIG',
  'ECR_XACCT_SYSTEM_CONFIG',
  'XDG_CONFIG_HOME',
] as const;

/**
 * The variables that a client sends. `@place`: device and inode of `~/.aws` or, if there is none, of the home folder.
 * `@files`: the same for each of those variables that is set. Empty if the caller names the socket: then it means
 * exactly that daemon.
 */
export function placeVariables(env: Environment): Record<string, string> {
  if (env.ECR_XACCT_SOCKET) return {};
  const files = filesOf(env);
  return { '@place': placeOf(env), ...(files === undefined ? {} : { '@files': files }) };
}

/** Whether a request comes from the place of this process; true if the request does not say. */
export function isSamePlace(env: Environment): boolean {
  const { '@place': place, '@files': files } = env;
  return (place === undefined || place === placeOf(env)) && (files === undefined || files === filesOf(env));
}

function placeOf({ HOME }: Environment): string {
  // Without HOME, the user database has the home folder (homeFolder), but two processes may still see different files
  // there.
  const home = (HOME ? HOME.startsWith('/') && HOME : homeFolder({})) || '/';
  return fileAt(`${home}/.aws`) ?? fileAt(home) ?? '-';
}

/** Undefined if no such variable is set. */
function filesOf(env: Environment): string | undefined {
  const set = FILE_VARIABLES.flatMap((name) => env[name] || []);
  if (set.length === 0) return undefined;
  // The file system cannot resolve a relative path, or one with a `~`.
  return set.map((path) => (path.startsWith('/') ? fileAt(path) : undefined) ?? '-').join(',');
}

const ANY = { throwIfNoEntry: false } as const;

/** As in `2049:131`; undefined if the file does not exist or is not visible. */
function fileAt(path: string): string | undefined {
  try {
    const stat = statSync(path, ANY);
    if (stat === undefined) return undefined;
    // Some file systems have inodes that no double can represent; bigints are slower, so only those use them.
    const { dev, ino } = Number.isSafeInteger(stat.ino) ? stat : statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
