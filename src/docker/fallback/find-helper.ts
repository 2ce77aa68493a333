// Where another credential helper is, and whether it is this program.
import { basename } from 'node:path';
import { findProgram } from '../../os/find-program.ts';

/** By the end of all links, however the file is called that leads there; the file system may ignore case. */
const OUR_PROGRAM = /^(?:docker-credential-)?ecr-xacct(?:\.[a-z]+)?$/i;

/** The absolute path of `docker-credential-NAME`; `is-ours` where the first on PATH is this program. Undefined for none. */
export function findHelper(name: string, PATH: string | undefined): string | 'is-ours' | undefined {
  const found = findProgram(`docker-credential-${name}`, PATH);
  if (found === undefined) return undefined;
  return OUR_PROGRAM.test(basename(found.target)) ? 'is-ours' : found.path;
}
