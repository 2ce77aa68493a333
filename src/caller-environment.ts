// A caller's environment: the variables that identities depend on, always sent, and all variables, sent on request.
import type { Environment } from './invocation.ts';

/** Sent unchanged. The native client has the same list; a test compares them. */
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
/** Variables with these prefixes are sent, too. */
export const PASSED_PREFIXES: readonly string[] = ['AWS_', 'ECR_XACCT_', 'LC_', 'XDG_', 'SSL_CERT_'];

/** packaging/launcher.sh hides some variables from Node: it keeps them for other programs under this prefix. */
export const KEPT_PREFIX = 'ECR_XACCT_CALLER_';

/**
 * The variables that are always sent, and the whole environment of our own processes. `NODE_OPTIONS` is not one of
 * them, because it can inject code.
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
 * Windows has no daemon, and its own libraries need many variables, so all are passed except those for Node. `Path`
 * becomes `PATH`, the name that this program looks up.
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

/**
 * Variables that name files of certificate authorities. Not the system's: Node reads those only once, for the first
 * caller.
 */
const AUTHORITY_NAMES = [
  'HOME',
  'AWS_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

/** Returns copies, which may be kept: in V8, a substring of a request keeps the whole request in memory. */
export function authorityEnvironment(env: Environment): Environment {
  return JSON.parse(JSON.stringify(env, AUTHORITY_NAMES)) as Environment;
}

/** Marks an environment that has all of its caller's variables. A shell cannot set such a name. */
const ALL = '@all';

/**
 * All variables of a caller, with the mark. `isWhole` reports whether an environment has it; if not, the others can be
 * requested.
 */
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

/** The environment of another program, as if its caller had started it. @throws WholeEnvironmentNeeded */
export function childEnvironment(env: Environment): Record<string, string> {
  if (!isWhole(env)) throw new WholeEnvironmentNeeded();
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const own = name.startsWith(KEPT_PREFIX) ? name.slice(KEPT_PREFIX.length) : name;
      return value === undefined || own === '' || own.startsWith('@') ? [] : [[own, value]];
    }),
  );
}

/** The result; undefined if it needs the whole environment and the caller cannot be asked for it. */
export function orUnknown<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof WholeEnvironmentNeeded) return undefined;
    throw error;
  }
}

/**
 * Not a failure: the caller is asked again, with its whole environment. Not an XacctError, so that it never becomes an
 * answer.
 */
export class WholeEnvironmentNeeded extends Error {
  /** Compares the name, because each of the built files has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): value is WholeEnvironmentNeeded {
    return value instanceof Error && value.name === 'WholeEnvironmentNeeded';
  }

  override readonly name = 'WholeEnvironmentNeeded';
}
