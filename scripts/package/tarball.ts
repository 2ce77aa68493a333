// The relocatable tarball: one folder, which has the tree.
import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** Of a folder, under its own name; the same bytes for the same files. `epoch` in seconds. @throws Error from tar. */
export function packTarball(folder: string, output: string, epoch: number): void {
  const options = [
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
    `--mtime=@${epoch}`,
  ];
  execFileSync(
    'tar',
    [...options, '-I', 'gzip -6n', '-cf', output, '-C', dirname(folder), basename(folder)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}
