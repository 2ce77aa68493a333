// Finds Amazon's own helpers for the benchmark: the newest, if `go` could build it, and Debian's.
import { existsSync } from 'node:fs';
import { packageVersion } from './machine.ts';

export interface GoHelper {
  /** An absolute path. */
  readonly path: string;
  /** The version, and who built it. */
  readonly version: string;
}

/** `scripts/install-test-peers` makes it if `go` is on PATH. */
const NEWEST = '0.12.0';
const DEBIAN = '/usr/bin/docker-credential-ecr-login';

/** The others are compared with the first one. Empty if there is none. */
export function goHelpers(): GoHelper[] {
  return [
    {
      path: `/var/cache/docker-credential-ecr-xacct-tests/ecr-login-${NEWEST}/docker-credential-ecr-login`,
      version: `${NEWEST}, built by go install`,
    },
    { path: DEBIAN, version: `${packageVersion('amazon-ecr-credential-helper')}, Debian's` },
  ].filter(({ path }) => existsSync(path));
}
