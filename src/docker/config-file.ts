// Reads Docker's config.json and podman's auth.json on this machine, and finds Docker's default store.
import type { Environment } from '../invocation.ts';
import { findProgram } from '../os/find-program.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';
import { type DockerConfig, dockerConfigPath, parseDockerConfig } from './docker-config.ts';
import { finchConfigPath } from './finch-config.ts';
import { credentialHelpers, podmanFiles, SYSTEM_REGISTRIES_CONF } from './podman-files.ts';

/** The user, whose environment and home folder locate the files. */
export interface DockerUser {
  env: Environment;
  home: string;
  uid: number | undefined;
}

export interface DockerConfigFile {
  path: string;
  before: Snapshot | undefined;
  text: string;
  config: DockerConfig;
  /** The store that Docker chooses by default. */
  detectedStore: string | undefined;
}

/** @throws XacctError `docker-config`, `file-access` */
export function readDockerConfig({ env, home }: DockerUser): DockerConfigFile {
  return withDetectedStore(dockerConfigPath(env, home), env);
}

/** Finch chooses a default store as Docker does. @throws as above */
export function readFinchConfig({ env, home }: DockerUser): DockerConfigFile {
  return withDetectedStore(finchConfigPath(env, home), env);
}

function withDetectedStore(path: string, env: Environment): DockerConfigFile {
  const file = readConfigFile(path);
  const isOnPath = (program: string) => findProgram(program, env.PATH) !== undefined;
  return { ...file, detectedStore: detectedStore(file.config, process.platform, isOnPath) };
}

/**
 * Whether Finch asks this program for the host: by an entry of its config.json, or as its credsStore.
 * @throws XacctError `docker-config`, `file-access`
 */
export function isAskedByFinch(hostname: string, user: DockerUser): boolean {
  if (process.platform !== 'darwin') return false;
  const { credHelpers, credsStore } = readFinchConfig(user).config;
  return (credHelpers.get(hostname) ?? credsStore) === 'ecr-xacct';
}

/** `logins`: the file that is read before `auth`, if it exists. @throws XacctError `docker-config`, `file-access` */
export function readPodmanConfigs({ env, home, uid }: DockerUser): {
  logins: DockerConfigFile | undefined;
  auth: DockerConfigFile;
} {
  const { authFile, loginFile } = podmanFiles(env, home, uid);
  const logins = loginFile === undefined ? undefined : readConfigFile(loginFile);
  return { logins: logins?.before && logins, auth: readConfigFile(authFile) };
}

/**
 * Whether podman asks this program for the host: by an entry of its auth.json, or by a drop-in of the user or the
 * machine that sets the helpers for every registry.
 * @throws XacctError `docker-config`, `file-access`
 */
export function isAskedByPodman(hostname: string, user: DockerUser): boolean {
  const { auth } = readPodmanConfigs(user);
  if (auth.config.credHelpers.get(hostname) === 'ecr-xacct') return true;
  const { dropIn } = podmanFiles(user.env, user.home, user.uid);
  const set = [dropIn, SYSTEM_REGISTRIES_CONF.dropIn]
    .map((path) => credentialHelpers(textOf(readSnapshot(path), path)))
    .find((helpers) => helpers !== undefined);
  return set?.includes('ecr-xacct') === true;
}

function readConfigFile(path: string): DockerConfigFile {
  const before = readSnapshot(path);
  const text = textOf(before, path);
  return { path, before, text, config: parseDockerConfig(text, path), detectedStore: undefined };
}

/**
 * The NAME of `docker-credential-NAME` that Docker chooses by default; undefined if it chooses none, as when
 * config.json names a helper or has a login. After the first `credHelpers` entry Docker no longer chooses one, and the
 * next `docker login` would write its password to the file in plain text.
 * Source: https://github.com/docker/cli (cli/config/config.go, LoadDefaultConfigFile; cli/config/credentials).
 */
export function detectedStore(
  { auths, credHelpers, credsStore }: DockerConfig,
  platform: NodeJS.Platform,
  isOnPath: (program: string) => boolean,
): string | undefined {
  if (auths.size > 0 || credHelpers.size > 0 || credsStore !== undefined) return undefined;
  const name = platformStore(platform, isOnPath);
  return isOnPath(`docker-credential-${name}`) ? name : undefined;
}

function platformStore(platform: NodeJS.Platform, isOnPath: (program: string) => boolean): string {
  if (platform === 'darwin') return 'osxkeychain';
  if (platform === 'win32') return 'wincred';
  return isOnPath('pass') ? 'pass' : 'secretservice';
}
