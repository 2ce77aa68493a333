// The OCI image: a tree below /usr/local, from scratch, to be copied into other images.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE } from './targets.ts';
import { normalize } from './tree.ts';

export interface ImageParts {
  readonly tree: string;
  /** An OCI layout in a tar archive, for `docker load` and `skopeo copy oci-archive:`. */
  readonly output: string;
  /** The name of the processor for Debian and OCI. */
  readonly architecture: 'amd64' | 'arm64';
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** The same files give the same bytes. @throws Error from buildah. */
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
      // Keeps this machine's paths out of the image's history.
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

/** @returns the output without its last line break. @throws Error from buildah. */
export type Buildah = (args: readonly string[]) => string;

/** A separate storage, with a driver that needs no kernel support. */
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
      // buildah keeps locks and short names in HOME.
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
