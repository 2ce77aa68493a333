// Which of Amazon's own helpers the benchmark runs: the newest, where `go` could build it, and Debian's.
import { existsSync } from 'node:fs';
import { packageVersion } from './machine.ts';

export interface GoHelper {
  /** Absolute. */
  readonly path: string;
  /** With who built it. */
  readonly version: string;
}

/** Made by `scripts/install-test-peers`, where `go` is on PATH. */
const NEWEST = '0.12.0';
const DEBIAN = '/usr/bin/docker-credential-ecr-login';

/** The yardstick first; empty where there is none. */
export function goHelpers(): GoHelper[] {
  return [
    {
      path: `/var/cache/docker-credential-ecr-xacct-tests/ecr-login-${NEWEST}/docker-credential-ecr-login`,
      version: `${NEWEST}, built by go install`,
    },
    { path: DEBIAN, version: `${packageVersion('amazon-ecr-credential-helper')}, Debian's` },
  ].filter(({ path }) => existsSync(path));
}
