// Which of the caller's variables are passed on: what AWS, proxies, TLS, a credential_process and keyrings need.

/** Passed as they are; the native client has the same list, and a test that says so. */
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
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'SSH_AUTH_SOCK',
  // What gpg-agent hands to a pinentry, which asks for the passphrase.
  'GNUPGHOME',
  'GPG_TTY',
  'PINENTRY_USER_DATA',
  'TERM',
  'XAUTHORITY',
]);
/** Whatever begins so is passed, too. */
export const PASSED_PREFIXES: readonly string[] = [
  'AWS_',
  'ECR_XACCT_',
  'LC_',
  'XDG_',
  'SSL_CERT_',
  'PASSWORD_STORE_',
];

/** The variables that are passed on; `NODE_OPTIONS`, for one, is not: it injects code. */
export function passedEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  if (process.platform === 'win32') return passedOnWindows(env);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (
      value !== undefined &&
      (PASSED_NAMES.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix)))
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
function passedOnWindows(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    const isForNode = /^(?:NODE|OPENSSL)_/.test(upper) && upper !== 'NODE_EXTRA_CA_CERTS';
    if (value !== undefined && !isForNode) passed[upper === 'PATH' ? upper : name] = value;
  }
  return passed;
}

/**
 * What a daemon runs with for its own part: where its files are, and nothing of AWS. Whoever happens to start it must not
 * leave their keys in its environment; each request brings its own.
 */
export function daemonEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(passedEnvironment(env))) {
    if (/^(?:HOME|PATH|USER|LANG|TMPDIR|LC_.*|XDG_.*|ECR_XACCT_(?:SOCKET|LOG))$/.test(name))
      own[name] = value;
  }
  return own;
}
