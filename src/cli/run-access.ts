// What `ecr-xacct access` does: reads the policies of a registry, and says whom they let in.
import type { RegistryPolicies } from '../aws/questions.ts';
import { errorFrom, errorText } from '../errors.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { type ReviewedStatement, reviewPolicy } from '../policy/review.ts';
import { passedEnvironment } from '../wire/environment.ts';
import type { AccessOptions } from './access-command.ts';
import { accessText } from './access-text.ts';
import { identityIn } from './account-identity.ts';
import type { CommandContext } from './command.ts';
import { answerIn } from './policy-store.ts';
import { type PolicyTarget, parsePolicyTarget } from './policy-target.ts';
import { screenOf } from './screen.ts';

/** A statement, and the policy it is in: a repository's, or the registry's where there is none. */
export type FoundStatement = ReviewedStatement & {
  /** `statement 2` where it has none. */
  sid: string;
  repository?: string;
};

export interface AccessReport {
  hostname: string;
  /** Undefined for the whole registry. */
  repository?: string;
  /** Undefined where it may not be read. */
  scope?: 'V1' | 'V2';
  statements: readonly FoundStatement[];
  /** What could not be read, and why; a line each. */
  unread: readonly string[];
}

/** @throws XacctError */
export async function showAccess(
  text: string,
  options: AccessOptions,
  { front, streams }: Pick<CommandContext, 'front' | 'streams'>,
): Promise<void> {
  const where = parsePolicyTarget(text, passedEnvironment(front.env));
  const owner = await identityIn(where.registry, options.profile, front, streams);
  const { kind, name } = where.target;
  const policies = await owner.ask('policies', { repository: kind === 'repository' ? name : 'all' });
  const report = reportOf(where, policies);
  streams.stdout.write(
    options.json
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : accessText(report, screenOf(streams.stdout, front.env)),
  );
}

/** @throws XacctError where nothing of it could be read. */
function reportOf({ registry, target }: PolicyTarget, policies: RegistryPolicies): AccessReport {
  const unread: string[] = [];
  const statements: FoundStatement[] = [];
  const { account, partition, region, hostname } = registry;
  const owner = { account, partition, region };
  const add = (answer: RegistryPolicies['registry'], repository?: string) => {
    const policyName =
      repository === undefined ? "the registry's policy" : `the policy of repository ${repository}`;
    if ('error' in answer) {
      unread.push(`${policyName}: ${errorText(errorFrom(answer.error))}`);
      return;
    }
    if (answer.value === undefined) return;
    const reviewed = reviewPolicy(parsePolicy(answer.value, policyName), {
      kind: repository === undefined ? 'registry' : 'repository',
      ...owner,
    });
    statements.push(
      ...reviewed.map((one, index) => ({
        ...one,
        sid: one.sid ?? `statement ${index + 1}`,
        ...(repository === undefined ? {} : { repository }),
      })),
    );
  };
  add(policies.registry);
  if ('error' in policies.repositories && 'error' in policies.registry) answerIn(policies.repositories);
  if ('error' in policies.repositories) {
    unread.push(`the policies of its repositories: ${errorText(errorFrom(policies.repositories.error))}`);
  } else {
    // One that does not exist has been asked for by its name.
    for (const { name, policy } of policies.repositories.value) {
      if ('error' in policy && policy.error.code === 'repository-not-found') answerIn(policy);
      add(policy, name);
    }
  }
  return {
    hostname,
    ...(target.kind === 'repository' ? { repository: target.name } : {}),
    ...('error' in policies.scope ? {} : { scope: policies.scope.value }),
    statements,
    unread,
  };
}
