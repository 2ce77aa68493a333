// The commands of the programs that pull images: the rows of the end-to-end tables.
import { dockerClis, skipWithout } from '../peers.ts';

/** A program that fetches images from a registry. */
export interface PullingProgram {
  readonly name: string;
  /** Why it cannot run here, or `false`: for the `skip` of its tests. */
  readonly missing: string | false;
  /** Whether it shows the stdout of a failing helper, and fails. docker before 29 ignores the failure and pulls. */
  readonly showsStdout: boolean;
  /** The command that fetches an image from the registry, even if it was fetched before. */
  readonly pull: (image: string) => string[];
}

/** All of them, with a row for each docker CLI of this machine. */
export function pullingPrograms(): PullingProgram[] {
  const dockers = dockerClis().map(({ path, version }) => ({
    name: `docker ${version}`,
    missing: skipWithout('dockerd'),
    showsStdout: Number.parseInt(version, 10) >= 29,
    pull: (image: string) => [path, 'pull', image],
  }));
  const others = [
    {
      name: 'skopeo copy',
      missing: skipWithout('skopeo'),
      pull: (image: string) => ['skopeo', 'copy', `docker://${image}`, 'dir:copied'],
    },
    {
      name: 'skopeo inspect',
      missing: skipWithout('skopeo'),
      pull: (image: string) => ['skopeo', 'inspect', `docker://${image}`],
    },
    {
      name: 'podman',
      missing: skipWithout('podman'),
      pull: (image: string) => ['podman', 'pull', image],
    },
    {
      name: 'buildah',
      missing: skipWithout('buildah'),
      pull: (image: string) => ['buildah', 'pull', '--policy', 'always', image],
    },
  ];
  return [...dockers, ...others.map((program) => ({ ...program, showsStdout: true }))];
}
