// The environment variables of this program, as the manual lists them.

interface Variable {
  /** The name, or a name with its only accepted value. */
  readonly name: string;
  /** One or two sentences; names and values in backquotes. */
  readonly meaning: string;
}

/** The variables of AWS and the system also apply: `src/caller-environment.ts`. */
export const VARIABLES: readonly Variable[] = [
  { name: 'ECR_XACCT_PROFILE', meaning: 'The profile to use for every registry, whatever the rules say.' },
  { name: 'ECR_XACCT_CONFIG', meaning: 'The path of your config file.' },
  {
    name: 'ECR_XACCT_SYSTEM_CONFIG',
    meaning:
      "The path of the machine's config instead of `/etc/ecr-xacct/config.yaml`; this file may be yours. Empty: none is read.",
  },
  {
    name: 'ECR_XACCT_SOCKET',
    meaning:
      "The path of the daemon's socket, at most 107 bytes (macOS: 103). Its folder must be yours and closed to others. Default: `$XDG_RUNTIME_DIR/ecr-xacct/daemon.sock`, else `/tmp/ecr-xacct-UID/daemon.sock`.",
  },
  {
    name: 'ECR_XACCT_DAEMON=off',
    meaning: 'Use no daemon: every call gets its own token from AWS, and no login is kept in memory.',
  },
  {
    name: 'ECR_XACCT_TIMEOUT',
    meaning: 'The most seconds that one answer may take: 1 to 600. Default: 30.',
  },
  {
    name: 'ECR_XACCT_LOG',
    meaning:
      "The level of the daemon's log from its start: `debug`, `info`, `warn` or `off`. Default: `info`.",
  },
  { name: 'NO_COLOR', meaning: 'Print no colour. `FORCE_COLOR` prints colour through a pipe, too.' },
];
