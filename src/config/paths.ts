// Where a user's files are, by the environment of whoever asks: config.yaml and the log.
import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import envPaths from 'env-paths';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';

const NAME = 'ecr-xacct';

/**
 * The path of config.yaml: `$ECR_XACCT_CONFIG`, else in env-paths' config folder. Undefined without a home folder.
 * @throws XacctError `config-invalid` where `ECR_XACCT_CONFIG` is a relative path: the daemon has another current folder.
 */
export function configPath(env: Environment): string | undefined {
  const explicit = env.ECR_XACCT_CONFIG;
  if (explicit !== undefined && explicit !== '') {
    if (isAbsolute(explicit)) return explicit;
    throw new XacctError('config-invalid', `ECR_XACCT_CONFIG=${explicit} is a relative path`, {
      hint: {
        run: command`export ECR_XACCT_CONFIG=${explicit.startsWith('~/') ? `$HOME/${explicit.slice(2)}` : `$PWD/${explicit}`}`,
      },
    });
  }
  const folder = userFolder('config', env);
  return folder === undefined ? undefined : join(folder, 'config.yaml');
}

/** The path of daemon.log, in env-paths' log folder; undefined without a home folder. */
export function logPath(env: Environment): string | undefined {
  const folder = userFolder('log', env);
  return folder === undefined ? undefined : join(folder, 'daemon.log');
}

/** Variables of https://specifications.freedesktop.org/basedir-spec/ that env-paths follows on Linux and the BSDs. */
const XDG = { config: ['XDG_CONFIG_HOME', '.config'], log: ['XDG_STATE_HOME', '.local/state'] } as const;

/**
 * env-paths reads the environment of its own process, once; a daemon answers callers with theirs. So the layout is
 * env-paths' and the home folder the caller's.
 */
function userFolder(kind: 'config' | 'log', env: Environment): string | undefined {
  const own = envPaths(NAME, { suffix: '' })[kind];
  if (process.platform === 'win32') return own;
  const home = homeFolder(env);
  if (process.platform === 'darwin') {
    return home === undefined ? undefined : join(home, relative(homedir(), own));
  }
  const [variable, below] = XDG[kind];
  const xdg = env[variable];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, NAME);
  return home === undefined ? undefined : join(home, below, NAME);
}
