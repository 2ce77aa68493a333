// Where a caller's files are, as the file system counts: by this a daemon knows whether it sees the same files as its caller.
import { statSync } from 'node:fs';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';

/** Variables that name a file or a folder which says who the caller is; the native client has the same, in this order. */
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
 * What a client sends of it. `@place`: device and inode of `~/.aws`, of the home folder where there is none; `@files`, where such
 * variables are set, the same of each. Nothing where the caller named the socket: then it means that very daemon.
 */
export function placeVariables(env: Environment): Record<string, string> {
  if (env.ECR_XACCT_SOCKET) return {};
  const files = filesOf(env);
  return { '@place': placeOf(env), ...(files === undefined ? {} : { '@files': files }) };
}

/** Whether a request comes from where this process is; also where it does not say. */
export function isSamePlace(env: Environment): boolean {
  const { '@place': place, '@files': files } = env;
  return (place === undefined || place === placeOf(env)) && (files === undefined || files === filesOf(env));
}

function placeOf({ HOME }: Environment): string {
  // Without HOME the user database says where those files are (homeFolder), and not that each sees the same there.
  const home = (HOME ? HOME.startsWith('/') && HOME : homeFolder({})) || '/';
  return fileAt(`${home}/.aws`) ?? fileAt(home) ?? '-';
}

/** Undefined where no such variable is set. */
function filesOf(env: Environment): string | undefined {
  const set = FILE_VARIABLES.flatMap((name) => env[name] || []);
  if (set.length === 0) return undefined;
  // A relative path, or one with a `~`, is not the file system's to follow.
  return set.map((path) => (path.startsWith('/') ? fileAt(path) : undefined) ?? '-').join(',');
}

const ANY = { throwIfNoEntry: false } as const;

/** As in `2049:131`; undefined where there is none, or it cannot be seen. */
function fileAt(path: string): string | undefined {
  try {
    const stat = statSync(path, ANY);
    if (stat === undefined) return undefined;
    // Some file systems have inodes that no double can hold; the others need not wait for bigints.
    const { dev, ino } = Number.isSafeInteger(stat.ino) ? stat : statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
