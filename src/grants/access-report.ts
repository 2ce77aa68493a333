// Reports the policies of a registry statement by statement, and which of them could not be read.
import { errorFrom, errorText, XacctError } from '../errors.ts';
import { type PolicyDocument, parsePolicy, type Statement, statementsOf } from '../policy/policy-document.ts';
import { type ReviewedStatement, reviewStatement } from '../policy/review.ts';
import type { RegistryPolicies } from '../questions.ts';
import { answerIn, policyName } from './policy-store.ts';
import type { OwnedRegistry, PolicyTarget } from './policy-target.ts';

/** A statement and its policy: a repository's, or the registry's if `repository` is undefined. */
export type FoundStatement = ReviewedStatement & {
  /** `statement 2` if it has no Sid. */
  sid: string;
  repository?: string;
  /** As written in the policy. */
  statement: Statement;
};

export interface AccessReport {
  hostname: string;
  /** Undefined for the whole registry. */
  repository?: string;
  /** Undefined if it may not be read. */
  scope?: 'V1' | 'V2';
  /** Why the scope is not known. */
  scopeUnread?: string;
  statements: readonly FoundStatement[];
  /** What could not be read and why, one line each. */
  unread: readonly string[];
}

/** @throws XacctError if nothing could be read. */
export function reportOf({ registry, target }: PolicyTarget, policies: RegistryPolicies): AccessReport {
  const { hostname } = registry;
  const unread: string[] = [];
  const statements: FoundStatement[] = [];
  const add = (answer: RegistryPolicies['registry'], repository?: string) => {
    const name = policyName(repository);
    try {
      const text = answerIn(answer);
      if (text !== undefined) statements.push(...statementsIn(parsePolicy(text, name), registry, repository));
    } catch (error) {
      if (!(error instanceof XacctError)) throw error;
      unread.push(`${name}: ${errorText(error)}`);
    }
  };
  add(policies.registry);
  if ('error' in policies.registry) requireSome(policies);
  if ('error' in policies.repositories) {
    unread.push(`the policies of its repositories: ${errorText(errorFrom(policies.repositories.error))}`);
  } else {
    // A repository that does not exist was named by the user.
    for (const { name, policy } of policies.repositories.value) {
      if ('error' in policy && policy.error.code === 'repository-not-found') answerIn(policy);
      add(policy, name);
    }
  }
  return {
    hostname,
    ...(target.kind === 'repository' ? { repository: target.name } : {}),
    ...('error' in policies.scope
      ? { scopeUnread: errorText(errorFrom(policies.scope.error)) }
      : { scope: policies.scope.value }),
    statements,
    unread,
  };
}

/** @throws XacctError if no policy of a repository could be read. */
function requireSome({ repositories }: RegistryPolicies): void {
  const found = answerIn(repositories);
  const [first] = found;
  if (first !== undefined && found.every(({ policy }) => 'error' in policy)) answerIn(first.policy);
}

function statementsIn(
  document: PolicyDocument,
  { account, partition, region }: OwnedRegistry,
  repository: string | undefined,
): FoundStatement[] {
  const kind = repository === undefined ? 'registry' : 'repository';
  return statementsOf(document).map((statement, index) => {
    const reviewed = reviewStatement(statement, { kind, account, partition, region });
    const sid = reviewed.sid ?? `statement ${index + 1}`;
    return { ...reviewed, sid, statement, ...(repository === undefined ? {} : { repository }) };
  });
}
