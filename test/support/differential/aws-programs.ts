// Owns which AWS CLIs the differential test goes by.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

export interface AwsProgram {
  readonly path: string;
  /** As it says it: `aws-cli/2.9.19`. */
  readonly version: string;
}

/** Made by `scripts/install-test-peers`, where Python's index is there; its botocore is what AWS's newest CLIs have. */
const NEWER = '/var/cache/docker-credential-ecr-xacct-tests/aws-cli-1.45.11/bin/aws';
const DEBIAN = '/usr/bin/aws';

/** The yardstick first; empty if there is none. */
export function awsPrograms(): AwsProgram[] {
  return [NEWER, DEBIAN].filter(isProgram).map(awsProgram);
}

/** @throws Error if it does not start. */
export function awsProgram(path: string): AwsProgram {
  const words = execFileSync(path, ['--version'], { encoding: 'utf8', env: { HOME: '/nonexistent' } });
  return { path, version: /^\S+/.exec(words)?.[0] ?? words.trim() };
}

/** What `Case.newer` speaks of. */
export function isNewer({ path }: AwsProgram): boolean {
  return path !== DEBIAN;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
