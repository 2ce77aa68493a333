// Where a path leads, for those who make what is there: a link to a file stays a link.
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** As many as Linux follows: path_resolution(7). */
const MAX_LINKS = 40;

/** What the path leads to need not exist. @throws XacctError `file-access` where it leads nowhere; errors of lstat. */
export function followLinks(path: string): string {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new XacctError('file-access', `${path} is a symbolic link that leads nowhere`, {
    hint: { run: command`ls -l ${path}` },
  });
}
