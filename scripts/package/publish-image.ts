// Pushes a release's images to a registry with buildah: one name for all processors.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Buildah, buildahIn } from './image.ts';

export interface PublishedImage {
  /** OCI layouts in tar archives, one for each processor. */
  readonly archives: readonly string[];
  /** Without a tag: registry.example/name. */
  readonly repository: string;
  readonly tags: readonly string[];
}

/** Pushes the image under each tag. @returns its digest: `sha256:…`. @throws Error if buildah failed. */
export function publishImage({ archives, repository, tags }: PublishedImage): string {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-publish-'));
  try {
    const buildah = buildahIn(work);
    const list = 'localhost/published';
    buildah(['manifest', 'create', list]);
    for (const archive of archives) buildah(['manifest', 'add', list, `oci-archive:${archive}`]);
    const digests = tags.map((tag) =>
      push(buildah, list, `${repository}:${tag}`, join(work, `digest-${tag}`)),
    );
    return digests[0] ?? '';
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function push(buildah: Buildah, list: string, to: string, digest: string): string {
  buildah(['manifest', 'push', '--all', '--digestfile', digest, list, `docker://${to}`]);
  // buildah 1.28 (Debian 12) exits with 0 and prints nothing even if it failed.
  const pushed = existsSync(digest) ? readFileSync(digest, 'utf8').trim() : '';
  if (pushed === '')
    throw new Error(`${to} was not pushed; to see why, run: buildah login ${to.split('/', 1)[0]}`);
  return pushed;
}
