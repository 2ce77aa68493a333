// Finds another credential helper, and whether it is this program.
import { basename } from 'node:path';
import { findProgram } from '../../os/find-program.ts';

/** The name after all links are resolved. The case is ignored, because the file system may ignore it. */
const OUR_PROGRAM = /^(?:docker-credential-)?ecr-xacct(?:\.[a-z]+)?$/i;

/**
 * The absolute path of `docker-credential-NAME`; `is-ours` if the first on PATH is this program. Undefined if there is
 * none.
 */
export function findHelper(name: string, PATH: string | undefined): string | 'is-ours' | undefined {
  const found = findProgram(`docker-credential-${name}`, PATH);
  if (found === undefined) return undefined;
  return OUR_PROGRAM.test(basename(found.target)) ? 'is-ours' : found.path;
}
