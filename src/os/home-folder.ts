// The home folder, by the environment of the caller.
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';

/**
 * `HOME`, else what the user database says; undefined where there is neither.
 * @throws XacctError `usage` for a HOME that is not UTF-8: other files would be read than those that are meant.
 */
export function homeFolder(env: Environment): string | undefined {
  if (env.HOME?.includes('\uFFFD')) {
    throw new XacctError('usage', 'HOME is not UTF-8', {
      hint: { say: 'rename the folder, or name one that is:', run: command`export HOME=/home/NAME` },
    });
  }
  if (env.HOME) return isAbsolute(env.HOME) ? env.HOME : undefined;
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/** A path with the home folder for a `~` at its beginning; any other as it is. */
export function underHome(path: string, env: Environment): string {
  return /^~(?:\/|$)/.test(path) ? join(homeFolder(env) ?? '/', path.slice(1)) : path;
}
