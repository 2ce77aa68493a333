// The files of Docker's, podman's or Finch's that a setup changes, and what each is to become.
import {
  type DockerConfigFile,
  type DockerUser,
  readDockerConfig,
  readFinchConfig,
  readPodmanConfigs,
} from '../docker/config-file.ts';

/** The NAME of `docker-credential-ecr-xacct`. */
export const HELPER = 'ecr-xacct';

/** Whose files a setup changes. */
export type SetupProgram = 'docker' | 'podman' | 'finch';

/** A file of theirs that is to change. */
export interface SetupTarget extends DockerConfigFile {
  /** Old logins are removed from it; nothing is put in. */
  isLoginsOnly: boolean;
}

/** @param isDropIn podman is to ask for every registry, as a drop-in says. @throws XacctError `docker-config`, `file-access` */
export function targetsOf(program: SetupProgram, isDropIn: boolean, user: DockerUser): SetupTarget[] {
  if (program === 'docker') return [{ ...readDockerConfig(user), isLoginsOnly: false }];
  if (program === 'finch') return [{ ...readFinchConfig(user), isLoginsOnly: false }];
  const { logins, auth } = readPodmanConfigs(user);
  return [
    ...(logins === undefined ? [] : [{ ...logins, isLoginsOnly: true }]),
    { ...auth, isLoginsOnly: isDropIn },
  ];
}
