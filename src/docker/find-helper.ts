// Where on a caller's PATH another credential helper stands.
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join } from 'node:path';

/** By the end of all links, however the file is called that leads there; the file system may ignore case. */
const OUR_PROGRAM = /^(?:docker-credential-)?ecr-xacct(?:\.[a-z]+)?$/i;

/** The absolute path of `docker-credential-NAME`; `is-ours` where the first on PATH is this program. Undefined for none. */
export function findHelper(name: string, PATH: string | undefined): string | 'is-ours' | undefined {
  for (const folder of (PATH ?? '').split(delimiter)) {
    // An empty entry, `.` and `bin` are folders below the current one: of a repository just cloned, perhaps.
    if (!isAbsolute(folder)) continue;
    const path = join(folder, `docker-credential-${name}`);
    const target = programAt(path);
    if (target !== undefined) return OUR_PROGRAM.test(basename(target)) ? 'is-ours' : path;
  }
  return undefined;
}

/** The file behind the links, where it is one that can be run. */
function programAt(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? realpathSync.native(path) : undefined;
  } catch {
    return undefined;
  }
}
