// A caller's environment: the variables that identities go by, which are always sent, and all of them, which are sent when asked for.
import type { Environment } from './invocation.ts';

/** Sent as they are; the native client has the same list, and a test that says so. */
export const PASSED_NAMES: ReadonlySet<string> = new Set([
  'HOME',
  'PATH',
  'USER',
  'LANG',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'REQUESTS_CA_BUNDLE',
]);
/** Whatever begins so is sent, too. */
export const PASSED_PREFIXES: readonly string[] = ['AWS_', 'ECR_XACCT_', 'LC_', 'XDG_', 'SSL_CERT_'];

/** What packaging/launcher.sh keeps from Node, it keeps for others under a name that begins so. */
export const KEPT_PREFIX = 'ECR_XACCT_CALLER_';

/**
 * The variables that are always sent, and all that a process of ours has in its environment; `NODE_OPTIONS`, for one, is not
 * among them: it injects code.
 */
export function passedEnvironment(env: Environment): Record<string, string> {
  if (process.platform === 'win32') return passedOnWindows(env);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (
      value !== undefined &&
      (PASSED_NAMES.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix))) &&
      !name.startsWith(KEPT_PREFIX)
    ) {
      passed[name] = value;
    }
  }
  return passed;
}

/**
 * There is no daemon that it would be sent to, and Windows' own libraries need many a variable: all but what is meant for
 * Node. Their names differ in nothing but case, so that `Path` becomes the one that is looked for here.
 */
function passedOnWindows(env: Environment): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    const isForNode =
      /^(?:NODE|OPENSSL)_/.test(upper) && upper !== 'NODE_EXTRA_CA_CERTS' && upper !== 'NODE_USE_SYSTEM_CA';
    if (value !== undefined && !isForNode) passed[upper === 'PATH' ? upper : name] = value;
  }
  return passed;
}

/** What names files with certificate authorities. Not the system's: Node reads those once, as the first caller has them. */
const AUTHORITY_NAMES = [
  'HOME',
  'AWS_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

/** Copies, to be kept: in V8, a part of a request's text keeps all of it in memory. */
export function authorityEnvironment(env: Environment): Environment {
  return JSON.parse(JSON.stringify(env, AUTHORITY_NAMES)) as Environment;
}

/** Marks an environment that has all of its caller's variables. No shell sets such a name. */
const ALL = '@all';

/** All variables of a caller, marked as all. Where only some were sent, some are asked for: `isWhole` tells. */
export function wholeEnvironment(env: Environment): Record<string, string> {
  const whole: Record<string, string> = { [ALL]: '1' };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name === '' || name.startsWith('@')) continue;
    whole[process.platform === 'win32' && /^path$/i.test(name) ? 'PATH' : name] = value;
  }
  return whole;
}

export function isWhole(env: Environment): boolean {
  return env[ALL] === '1';
}

/** For a program that is not ours: what it would have if its caller had started it. @throws WholeEnvironmentNeeded */
export function childEnvironment(env: Environment): Record<string, string> {
  if (!isWhole(env)) throw new WholeEnvironmentNeeded();
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const own = name.startsWith(KEPT_PREFIX) ? name.slice(KEPT_PREFIX.length) : name;
      return value === undefined || own === '' || own.startsWith('@') ? [] : [[own, value]];
    }),
  );
}

/** What it looks up; undefined where that needs the whole environment, and none can be asked for it. */
export function orUnknown<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof WholeEnvironmentNeeded) return undefined;
    throw error;
  }
}

/** No failure: the caller is asked again, with all of its environment. Not an XacctError, so that nothing takes it for an answer. */
export class WholeEnvironmentNeeded extends Error {
  /** By name: each of the built files has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): value is WholeEnvironmentNeeded {
    return value instanceof Error && value.name === 'WholeEnvironmentNeeded';
  }

  override readonly name = 'WholeEnvironmentNeeded';
}
