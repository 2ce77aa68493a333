// The paths of the AWS CLI's config and credentials files, from a caller's environment.
import { devNull } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isWhole, WholeEnvironmentNeeded } from '../caller-environment.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { homeFolder, underHome } from '../os/home-folder.ts';

/** The paths of the config file and the credentials file. */
export function awsFiles(env: Environment): [string, string] {
  return [
    awsFile(env.AWS_CONFIG_FILE, 'config', env),
    awsFile(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials', env),
  ];
}

function awsFile(explicit: string | undefined, name: string, env: Environment): string {
  // An empty variable means no file, not the default one.
  if (explicit === '') return devNull;
  return explicit === undefined ? join(homeFolder(env) ?? '/', '.aws', name) : expandedPath(explicit, env);
}

/** PATH_MAX of linux/limits.h. */
const MAX_PATH = 4_096;

/**
 * As in the AWS CLI: replaces `$NAME` and `${NAME}` if they are set, then `~`. @throws WholeEnvironmentNeeded if one
 * may be set.
 */
function expandedPath(path: string, env: Environment): string {
  let length = 0;
  const expanded = path.replace(/\$(?:(\w+)|\{([^{}]*)\})/g, (all, plain, braced) => {
    const value = env[plain ?? braced];
    if (value === undefined && !isWhole(env)) throw new WholeEnvironmentNeeded();
    length += (value ?? all).length;
    if (length > MAX_PATH) throw pathTooLong(path);
    return value ?? all;
  });
  return underHome(expanded, env);
}

function pathTooLong(path: string): XacctError {
  const message = `the path ${path.slice(0, 64)}… is longer than the ${MAX_PATH} characters that a path may have`;
  return new XacctError('config-invalid', message, {
    hint: { run: command`unset AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE` },
  });
}

/** Variables with a path: a relative one leads elsewhere from the daemon's current folder. */
const PATH_VARIABLES = [
  'HOME',
  'ECR_XACCT_CONFIG',
  'ECR_XACCT_SYSTEM_CONFIG',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'AWS_LOGIN_CACHE_DIRECTORY',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * Whether a path in the environment leads elsewhere in another process: it is relative, or a descriptor of the caller
 * (`AWS_CONFIG_FILE=<(…)`). Only a process that the caller starts, in its current folder, can open such a path.
 */
export function hasPrivatePaths(env: Environment): boolean {
  return PATH_VARIABLES.some((name) => {
    const path = env[name];
    if (!path || path.startsWith('~/')) return false;
    return !isAbsolute(path) || /^\/(?:dev\/(?:fd\/|std)|proc\/(?:thread-)?self\/)/.test(path);
  });
}
