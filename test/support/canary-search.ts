// Owns the search for the fake AWS's secrets in what a run of the product left, wherever no secret may be.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CANARY } from '../fake-aws/canary.ts';
import {
  findSecretsInFiles,
  findSecretsInProcess,
  findSecretsInText,
  type SecretFound,
} from './secret-scan.ts';

/** What the AWS CLI keeps secrets in; whatever else is beside them, a temporary file, say, is searched. */
const AWS_FILES =
  /^\.aws\/(?:config|credentials|(?:sso|cli|login)\/cache\/[0-9a-f]{40}(?:[0-9a-f]{24})?\.json)$/;

/** Where a user's surroundings are, and what the test itself writes secrets into. */
export interface Searched {
  readonly folder: string;
  readonly home: string;
  /** Absolute paths of files and folders. */
  readonly written: ReadonlySet<string>;
}

/** All files below the folder but the AWS CLI's and those that the test wrote. */
export function canariesInFiles({ folder, home, written }: Searched): Promise<SecretFound[]> {
  const isExpected = (path: string) =>
    AWS_FILES.test(relative(home, path)) ||
    [...written].some((own) => path === own || path.startsWith(join(own, '/')));
  return findSecretsInFiles([folder], [CANARY], isExpected);
}

/** The arguments and the environment of a process and of those that it started of the same program, as they are now. */
export async function canariesInProcesses(pid: number): Promise<SecretFound[]> {
  if (process.platform !== 'linux') return [];
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return findSecretsInProcess([pid, ...(children.match(/\d+/g) ?? [])], [CANARY]);
}

/**
 * What a program wrote. The answer of a `get` is to have a secret in it, and `get-login-password` says nothing else:
 * these are left out, on stdout.
 */
export function canariesInOutput(
  command: readonly string[],
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): SecretFound[] {
  const said = command.includes('get-login-password') ? '' : withoutAnswers(stdout);
  return [...findSecretsInText(said, 'stdout', [CANARY]), ...findSecretsInText(stderr, 'stderr', [CANARY])];
}

/** Without the secrets of the lines that are answers to Docker, or to Bazel. */
function withoutAnswers(stdout: string): string {
  return stdout
    .replaceAll(/^(\{"ServerURL":"[^"\s]*","Username":"[^"\s]*","Secret":)"[^"\s]*"\}$/gm, '$1')
    .replaceAll(/^(\{"headers":\{"Authorization":)\["[A-Z][a-z]+ [\w+/=]+"\]/gm, '$1');
}
