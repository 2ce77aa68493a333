// The OCI image: a tree below /usr/local, from scratch, to be copied into the images of others.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE } from './targets.ts';
import { normalize } from './tree.ts';

export interface ImageParts {
  readonly tree: string;
  /** An OCI layout in a tar archive, as `docker load` and `skopeo copy oci-archive:` take it. */
  readonly output: string;
  /** As Debian and OCI call the processor. */
  readonly architecture: 'amd64' | 'arm64';
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** The same bytes for the same files. @throws Error from buildah. */
export function buildImage({ tree, output, architecture, version, epoch }: ImageParts): void {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-image-'));
  try {
    const files = join(work, 'files');
    mkdirSync(join(files, 'usr'), { recursive: true });
    cpSync(tree, join(files, 'usr', 'local'), { recursive: true, verbatimSymlinks: true });
    normalize(files, epoch);
    const layout = join(work, 'layout');
    const buildah = buildahIn(work);
    const container = buildah(['from', '--arch', architecture, 'scratch']);
    buildah(['copy', '--chown', '0:0', container, files, '/']);
    const labels = { title: PACKAGE, version, licenses: 'Apache-2.0' };
    const annotations = Object.entries(labels).flatMap(([name, value]) => [
      '--annotation',
      `org.opencontainers.image.${name}=${value}`,
    ]);
    buildah([
      'config',
      '--entrypoint',
      JSON.stringify([`/usr/local/bin/${PACKAGE}`]),
      ...annotations,
      // The history says nothing of the folders of this machine.
      '--created-by',
      PACKAGE,
      container,
    ]);
    buildah([
      'commit',
      '--quiet',
      '--disable-compression=false',
      '--timestamp',
      `${epoch}`,
      '--format',
      'oci',
      container,
      `oci:${layout}:${version}`,
    ]);
    packLayout(layout, output, epoch);
    buildah(['rm', container]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns what it prints, without the line's end. @throws Error from buildah. */
export type Buildah = (args: readonly string[]) => string;

/** With a storage of its own, which needs no file system of the kernel's. */
export function buildahIn(work: string): Buildah {
  const storage = [
    '--root',
    join(work, 'storage'),
    '--runroot',
    join(work, 'run'),
    '--storage-driver',
    'vfs',
  ];
  return (args) =>
    execFileSync('buildah', [...storage, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      // It keeps its locks and short names in the home folder, too.
      env: { ...process.env, HOME: work, BUILDAH_ISOLATION: 'chroot' },
    }).trim();
}

function packLayout(layout: string, output: string, epoch: number): void {
  const options = [
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
    '--mode=u=rwX,go=rX',
  ];
  execFileSync('tar', [...options, `--mtime=@${epoch}`, '-cf', output, '-C', layout, '.']);
}
