// The files of Docker, podman or Finch that a setup changes, and how it changes each.
import {
  type DockerConfigFile,
  type DockerUser,
  readDockerConfig,
  readFinchConfig,
  readPodmanConfigs,
} from '../docker/config-file.ts';

/** The NAME of `docker-credential-ecr-xacct`. */
export const HELPER = 'ecr-xacct';

/** The programs whose files a setup can change. */
export type SetupProgram = 'docker' | 'podman' | 'finch';

/** A file of that program to change. */
export interface SetupTarget extends DockerConfigFile {
  /** Only old logins are removed from it; nothing is added. */
  isLoginsOnly: boolean;
}

/**
 * @param isDropIn podman is to ask for all registries, by a drop-in. @throws XacctError `docker-config`,
 * `file-access`
 */
export function targetsOf(program: SetupProgram, isDropIn: boolean, user: DockerUser): SetupTarget[] {
  if (program === 'docker') return [{ ...readDockerConfig(user), isLoginsOnly: false }];
  if (program === 'finch') return [{ ...readFinchConfig(user), isLoginsOnly: false }];
  const { logins, auth } = readPodmanConfigs(user);
  return [
    ...(logins === undefined ? [] : [{ ...logins, isLoginsOnly: true }]),
    { ...auth, isLoginsOnly: isDropIn },
  ];
}
