// The files in which podman, skopeo and buildah find credentials and credential helpers.
// Source: https://github.com/containers/image (pkg/docker/config/config.go,
// pkg/sysregistriesv2/system_registries_v2.go).
import { join, resolve } from 'node:path';

/** The paths of registries.conf and of the drop-ins that add to it. */
export interface RegistriesConfFiles {
  /** Our own drop-in, which sets the credential helpers for every registry. */
  dropIn: string;
  /** The registries.conf that is read (the first that exists), then the folders of drop-ins, in this order. */
  registriesConf: readonly string[];
  dropInFolders: readonly string[];
}

export interface PodmanFiles extends RegistriesConfFiles {
  /** The auth.json that we write: the one that survives a reboot, unless `REGISTRY_AUTH_FILE` names the only one. */
  authFile: string;
  /** The file that `podman login` writes. It is deleted at a reboot, and read before `authFile`. */
  loginFile: string | undefined;
}

const DROP_IN = '50-ecr-xacct.conf';

/** For every user of the machine. Each user's own files override it. */
export const SYSTEM_REGISTRIES_CONF: RegistriesConfFiles = {
  dropIn: `/etc/containers/registries.conf.d/${DROP_IN}`,
  registriesConf: ['/etc/containers/registries.conf'],
  dropInFolders: ['/etc/containers/registries.conf.d'],
};

export function podmanFiles(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  uid: number | undefined,
): PodmanFiles {
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const runtime = env.XDG_RUNTIME_DIR || (uid === undefined ? undefined : `/run/containers/${uid}`);
  const explicit = env.REGISTRY_AUTH_FILE;
  const loginFile =
    runtime === undefined
      ? undefined
      : join(runtime, env.XDG_RUNTIME_DIR ? 'containers/auth.json' : 'auth.json');
  // Not below XDG_CONFIG_HOME: the library looks for these only in the home folder.
  const user = join(home, '.config/containers');
  return {
    authFile: explicit ? resolve(explicit) : join(config, 'containers/auth.json'),
    loginFile: explicit ? undefined : loginFile,
    dropIn: join(user, 'registries.conf.d', DROP_IN),
    registriesConf: [join(user, 'registries.conf'), ...SYSTEM_REGISTRIES_CONF.registriesConf],
    dropInFolders: [...SYSTEM_REGISTRIES_CONF.dropInFolders, join(user, 'registries.conf.d')],
  };
}

/**
 * The `credential-helpers` in a registries.conf or a drop-in, in order; undefined if it sets none. The key comes before
 * every table, and its value is a list of plain strings.
 */
export function credentialHelpers(toml: string): string[] | undefined {
  const lines = toml.split('\n');
  const firstTable = lines.findIndex((line) => /^\s*\[(?!\s*["'\]])/.test(line));
  const top = (firstTable === -1 ? lines : lines.slice(0, firstTable)).join('\n');
  const key = /^[ \t]*["']?credential-helpers["']?[ \t]*=[ \t]*\[/m.exec(top);
  if (key === null) return undefined;
  const list = top.slice(key.index + key[0].length);
  const end = list.indexOf(']');
  if (end === -1) return undefined;
  const plain = list.slice(0, end).replace(/#.*$/gm, '');
  return [...plain.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? '');
}
