// The files from which podman, skopeo and buildah know their credentials and credential helpers.
// Source: https://github.com/containers/image (pkg/docker/config/config.go, pkg/sysregistriesv2/system_registries_v2.go).
import { join, resolve } from 'node:path';

/** Where registries.conf is said to be, and where it may be added to. */
export interface RegistriesConfFiles {
  /** Where a file of ours sets the credential helpers for every registry. */
  dropIn: string;
  /** The registries.conf that is read (the first that exists), and the folders of drop-ins, in this order, on top of it. */
  registriesConf: readonly string[];
  dropInFolders: readonly string[];
}

export interface PodmanFiles extends RegistriesConfFiles {
  /** The auth.json that is ours to write: the one that outlives a reboot, unless `REGISTRY_AUTH_FILE` names the only one. */
  authFile: string;
  /** What `podman login` writes, gone after a reboot: it is read before `authFile`. */
  loginFile: string | undefined;
}

const DROP_IN = '50-ecr-xacct.conf';

/** For every user of the machine, and beneath what each has of their own. */
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
  // Not below XDG_CONFIG_HOME: the library looks for these in the home folder only.
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
 * The `credential-helpers` that a registries.conf or a drop-in sets, in order; undefined where it sets none. The key stands
 * above every table, and its value is a list of plain strings.
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
