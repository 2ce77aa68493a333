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
/** Where Windows keeps what the above are elsewhere, and what its programs and name resolution do not start without. */
const WINDOWS_NAMES: ReadonlySet<string> = new Set([
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'USERNAME',
  'USERDOMAIN',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'TEMP',
  'TMP',
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

/**
 * The variables that are passed on; `NODE_OPTIONS`, for one, is not: it injects code. Windows takes `Path` and `PATH` for one
 * name; here it has capitals.
 */
export function passedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const isWindows = platform === 'win32';
  const isPassed = (name: string) =>
    PASSED_NAMES.has(name) ||
    PASSED_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
    (isWindows && WINDOWS_NAMES.has(name));
  const passed: Record<string, string> = {};
  for (const [given, value] of Object.entries(env)) {
    const name = isWindows ? given.toUpperCase() : given;
    if (value !== undefined && isPassed(name)) passed[name] = value;
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
