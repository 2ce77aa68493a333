// The caller's home folder, from its environment.
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';

/**
 * `HOME`, else the home folder in the user database; undefined if neither is set.
 * @throws XacctError `usage` if HOME is not UTF-8: other files than the intended ones would be read.
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

/** Replaces a `~` at the beginning of a path with the home folder; other paths are unchanged. */
export function underHome(path: string, env: Environment): string {
  return /^~(?:\/|$)/.test(path) ? join(homeFolder(env) ?? '/', path.slice(1)) : path;
}
