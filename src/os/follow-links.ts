// Finds where a path leads, so that a write there keeps a symbolic link.
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** Linux follows as many: path_resolution(7). */
const MAX_LINKS = 40;

/** The target need not exist. @throws XacctError `file-access` if the links have no end; errors of lstat. */
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
