// Where the files are, by the environment of the caller: the user's config.yaml, the machine's, and the log.
import { isAbsolute, join } from 'node:path';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';

const NAME = 'ecr-xacct';

/**
 * The path of config.yaml: `$ECR_XACCT_CONFIG`, else in the user's config folder. Undefined without a home folder.
 * @throws XacctError `config-invalid` where `ECR_XACCT_CONFIG` is a relative path: the daemon has another current folder.
 */
export function configPath(env: Environment): string | undefined {
  if (env.ECR_XACCT_CONFIG) return absolutePath('ECR_XACCT_CONFIG', env.ECR_XACCT_CONFIG);
  const folder = userFolder('config', env);
  return folder === undefined ? undefined : join(folder, 'config.yaml');
}

/** The config of the machine: root's, for every user. */
export const SYSTEM_CONFIG = '/etc/ecr-xacct/config.yaml';

/**
 * The path of the machine's config, which is beneath the user's: `$ECR_XACCT_SYSTEM_CONFIG`, else `SYSTEM_CONFIG`. Undefined where
 * that variable is empty, where `ECR_XACCT_CONFIG` names the same file as the user's, and on Windows. @throws as above
 */
export function systemConfigPath(env: Environment): string | undefined {
  const { ECR_XACCT_SYSTEM_CONFIG: path = SYSTEM_CONFIG, ECR_XACCT_CONFIG: own } = env;
  if (process.platform === 'win32' || path === '' || path === own) return undefined;
  return absolutePath('ECR_XACCT_SYSTEM_CONFIG', path);
}

function absolutePath(name: string, path: string): string {
  if (isAbsolute(path)) return path;
  const absolute = path.startsWith('~/') ? `$HOME/${path.slice(2)}` : `$PWD/${path}`;
  throw new XacctError('config-invalid', `${name}=${path} is a relative path`, {
    hint: { run: command`export ${name}=${absolute}` },
  });
}

/** The path of daemon.log, in the user's log folder; undefined without a home folder. */
export function logPath(env: Environment): string | undefined {
  const folder = userFolder('log', env);
  return folder === undefined ? undefined : join(folder, 'daemon.log');
}

/**
 * Variables that name a folder, and where it is below the home folder otherwise. Linux and the BSDs:
 * https://specifications.freedesktop.org/basedir-spec/
 */
const FOLDERS = {
  config: {
    xdg: ['XDG_CONFIG_HOME', '.config'],
    mac: 'Preferences',
    windows: ['APPDATA', 'Roaming', 'Config'],
  },
  log: { xdg: ['XDG_STATE_HOME', '.local/state'], mac: 'Logs', windows: ['LOCALAPPDATA', 'Local', 'Log'] },
} as const;

function userFolder(kind: keyof typeof FOLDERS, env: Environment): string | undefined {
  const { xdg, mac, windows } = FOLDERS[kind];
  const home = homeFolder(env);
  if (process.platform === 'win32') {
    const [variable, below, leaf] = windows;
    const folder = env[variable] || (home && join(home, 'AppData', below));
    return folder && join(folder, NAME, leaf);
  }
  if (process.platform === 'darwin') return home && join(home, 'Library', mac, NAME);
  const [variable, below] = xdg;
  const named = env[variable];
  if (named !== undefined && isAbsolute(named)) return join(named, NAME);
  return home && join(home, below, NAME);
}
