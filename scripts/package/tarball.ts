// The relocatable tarball: one folder with the tree.
import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/**
 * Packs a folder under its own name. The same files give the same bytes. `epoch` in seconds. @throws Error from tar.
 */
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
