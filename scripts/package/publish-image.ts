// Images of a release in a registry: one name for all processors, by buildah.
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

/** Pushes it under each tag. @returns its digest: `sha256:…`. @throws Error where buildah did not. */
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
  // The status of buildah 1.28, Debian 12's, is 0 also where it failed, and it says nothing.
  const pushed = existsSync(digest) ? readFileSync(digest, 'utf8').trim() : '';
  if (pushed === '')
    throw new Error(`${to} was not pushed; to see why, run: buildah login ${to.split('/', 1)[0]}`);
  return pushed;
}
