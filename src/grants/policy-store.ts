// Reads and writes a policy: in AWS as a caller of its account, or in a file.
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { AwsCaller } from '../callers/ask-as.ts';
import { errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Target } from '../policy/access.ts';
import { type PolicyDocument, parsePolicy } from '../policy/policy-document.ts';
import type { Answered, RegistryPolicies } from '../questions.ts';
import type { PolicyStore } from './change-policy.ts';
import { repositoryOf } from './policy-target.ts';

/**
 * The policy of the repository, or of the registry if the target is a prefix. `read`: the policies that were read just
 * now.
 */
export function policyStore(owner: AwsCaller, target: Target, read?: RegistryPolicies): PolicyStore {
  const repository = repositoryOf({ target });
  let first = read;
  return {
    name: policyName(repository),
    read: async () => {
      const policies = first ?? (await owner.ask('policies', { repository }));
      first = undefined;
      return policyIn(policies, repository);
    },
    put: (expected, text) => owner.ask('put-policy', { repository, expected, text }),
  };
}

/** The name of the policy in a sentence. */
export function policyName(repository: string | undefined): string {
  return repository === undefined ? "the registry's policy" : `the policy of repository ${repository}`;
}

/** @throws XacctError why it is not known. */
export function policyIn(policies: RegistryPolicies, repository: string | undefined): string | undefined {
  if (repository === undefined) return answerIn(policies.registry);
  const [found] = answerIn(policies.repositories);
  if (found === undefined) throw new XacctError('internal', 'AWS was not asked for the repository');
  return answerIn(found.policy);
}

/** @throws XacctError why AWS did not answer. */
export function answerIn<T>(answered: Answered<T>): T {
  if ('error' in answered) throw errorFrom(answered.error);
  return answered.value;
}

export async function readStore(store: PolicyStore): Promise<PolicyDocument | undefined> {
  const text = await store.read();
  return text === undefined ? undefined : parsePolicy(text, store.name);
}

/** Undefined if it is empty. @param path `-` for stdin. @throws XacctError `file-access` */
export async function readPolicyFile(path: string, stdin: Readable): Promise<string | undefined> {
  // PowerShell writes a byte order mark before redirected output.
  const text = (path === '-' ? await readText(stdin) : readFile(path)).replace(/^\uFEFF/, '');
  return text.trim() === '' ? undefined : text;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new XacctError('file-access', `cannot read ${path}`, {
      hint: { say: 'to see why', run: command`ls -l ${path}` },
      cause,
    });
  }
}
