// The paths of the files in the caller's environment: the user's config.yaml, the machine's, and the log.
import '../os/made-up-home.ts';
import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import envPaths from 'env-paths';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';
import { forgetMadeUpHome } from '../os/made-up-home.ts';

const NAME = 'ecr-xacct';

forgetMadeUpHome();

/**
 * The path of config.yaml: `$ECR_XACCT_CONFIG`, or else in the user's config folder. Undefined without a home folder.
 * @throws XacctError `config-invalid` if `ECR_XACCT_CONFIG` is a relative path: the daemon has another current folder.
 */
export function configPath(env: Environment): string | undefined {
  if (env.ECR_XACCT_CONFIG) return absolutePath('ECR_XACCT_CONFIG', env.ECR_XACCT_CONFIG);
  const folder = userFolder('config', env);
  return folder === undefined ? undefined : join(folder, 'config.yaml');
}

/** The config of the machine. It belongs to root and applies to every user. */
export const SYSTEM_CONFIG = '/etc/ecr-xacct/config.yaml';

/**
 * The path of the machine's config, which the user's overrides: `$ECR_XACCT_SYSTEM_CONFIG`, or else `SYSTEM_CONFIG`.
 * Undefined if that variable is empty, if `ECR_XACCT_CONFIG` names the same file, and on Windows. @throws as above
 */
export function systemConfigPath(env: Environment): string | undefined {
  const { ECR_XACCT_SYSTEM_CONFIG: path = SYSTEM_CONFIG, ECR_XACCT_CONFIG: own } = env;
  if (process.platform === 'win32' || path === '' || path === own) return undefined;
  return absolutePath('ECR_XACCT_SYSTEM_CONFIG', path);
}

/** Whether `ECR_XACCT_CONFIG` names the machine's config, which must belong to root even then. */
export function isSystemConfig({
  ECR_XACCT_SYSTEM_CONFIG: path = SYSTEM_CONFIG,
  ECR_XACCT_CONFIG: own,
}: Environment): boolean {
  return process.platform !== 'win32' && own !== undefined && own !== '' && own === path;
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

/** The variables of https://specifications.freedesktop.org/basedir-spec/ that env-paths uses on Linux and the BSDs. */
const XDG = { config: ['XDG_CONFIG_HOME', '.config'], log: ['XDG_STATE_HOME', '.local/state'] } as const;

/**
 * env-paths reads the environment of its own process once, but a daemon answers callers with other environments. So the
 * layout is env-paths', and the home folder is the caller's.
 */
function userFolder(kind: 'config' | 'log', env: Environment): string | undefined {
  if (process.platform === 'win32') return envPaths(NAME, { suffix: '' })[kind];
  const home = homeFolder(env);
  if (process.platform === 'darwin') {
    return home && join(home, relative(homedir(), envPaths(NAME, { suffix: '' })[kind]));
  }
  const [variable, below] = XDG[kind];
  const xdg = env[variable];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, NAME);
  return home && join(home, below, NAME);
}
