// Searches for the fake AWS's secrets in everything that a run of the product left behind.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CANARY } from '../fake-aws/canary.ts';
import {
  findSecretsInFiles,
  findSecretsInProcess,
  findSecretsInText,
  type SecretFound,
} from './secret-scan.ts';

/** Where the AWS CLI keeps secrets. Anything else beside these files, such as a temporary file, is searched. */
const AWS_FILES =
  /^\.aws\/(?:config|credentials|(?:sso|cli|login)\/cache\/[0-9a-f]{40}(?:[0-9a-f]{24})?\.json)$/;

/** The user's folders, and the files that the test itself writes secrets into. */
export interface Searched {
  readonly folder: string;
  readonly home: string;
  /** Absolute paths of files and folders. */
  readonly written: ReadonlySet<string>;
}

/** All files below the folder, except those of the AWS CLI and those that the test wrote. */
export function canariesInFiles({ folder, home, written }: Searched): Promise<SecretFound[]> {
  const isExpected = (path: string) =>
    AWS_FILES.test(relative(home, path)) ||
    [...written].some((own) => path === own || path.startsWith(join(own, '/')));
  return findSecretsInFiles([folder], [CANARY], isExpected);
}

/** The current arguments and environment of a process, and of its children that run the same program. */
export async function canariesInProcesses(pid: number): Promise<SecretFound[]> {
  if (process.platform !== 'linux') return [];
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return findSecretsInProcess([pid, ...(children.match(/\d+/g) ?? [])], [CANARY]);
}

/**
 * A program's output. On stdout, the answer of a `get` and of `get-login-password` must have a secret, so these answers
 * are left out.
 */
export function canariesInOutput(
  command: readonly string[],
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): SecretFound[] {
  const said = command.includes('get-login-password') ? '' : withoutAnswers(stdout);
  return [...findSecretsInText(said, 'stdout', [CANARY]), ...findSecretsInText(stderr, 'stderr', [CANARY])];
}

/** Leaves out the secrets in answers to Docker or Bazel. */
function withoutAnswers(stdout: string): string {
  return stdout
    .replaceAll(/^(\{"ServerURL":"[^"\s]*","Username":"[^"\s]*","Secret":)"[^"\s]*"\}$/gm, '$1')
    .replaceAll(/^(\{"headers":\{"Authorization":)\["[A-Z][a-z]+ [\w+/=]+"\]/gm, '$1');
}
