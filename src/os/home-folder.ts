// The home folder, by the environment of the caller.
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import type { Environment } from '../invocation.ts';

/** `HOME`, else what the user database says; undefined where there is neither. */
export function homeFolder(env: Environment): string | undefined {
  if (env.HOME) return isAbsolute(env.HOME) ? env.HOME : undefined;
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
