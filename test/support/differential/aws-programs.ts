// The AWS CLIs that the differential test compares with.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

export interface AwsProgram {
  readonly path: string;
  /** The program's own words: `aws-cli/2.9.19`. */
  readonly version: string;
}

/**
 * `scripts/install-test-peers` makes it if Python's index can be reached. Its botocore is that of AWS's newest CLIs.
 */
const NEWER = '/var/cache/docker-credential-ecr-xacct-tests/aws-cli-1.45.11/bin/aws';
const DEBIAN = '/usr/bin/aws';

/** The CLI to compare with first; empty if there is none. */
export function awsPrograms(): AwsProgram[] {
  return [NEWER, DEBIAN].filter(isProgram).map(awsProgram);
}

/** @throws Error if it does not start. */
export function awsProgram(path: string): AwsProgram {
  const words = execFileSync(path, ['--version'], { encoding: 'utf8', env: { HOME: '/nonexistent' } });
  return { path, version: /^\S+/.exec(words)?.[0] ?? words.trim() };
}

/** The newer CLI, as in `Case.newer`. */
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
