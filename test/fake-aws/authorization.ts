// What a caller may do: collects the policies of both sides, evaluates them, and words a denial as AWS does.
import type { Account, Role, User } from './account.ts';
import { managedPolicyDocument } from './managed-policies.ts';
import type { Context } from './policy-conditions.ts';
import type { Decision, Policies, PolicyDocument } from './policy-evaluation.ts';
import { evaluate } from './policy-evaluation.ts';
import type { Caller } from './world.ts';

export interface Attempt {
  action: string;
  resource: string;
  /** The name in a denial, instead of the resource's. */
  shown?: string;
  /** The policies of the resource, if it has any. */
  resourceSide?: Policies['resource'];
  /** The resource control policies of the resource's account. */
  resourceControl?: readonly PolicyDocument[];
  context?: Context;
}

/** The decision for a caller, by the policies of the principal, its account and the resource. */
export function decide(caller: Caller, attempt: Attempt): Decision {
  const { principal } = caller;
  const requester = {
    arn: caller.arn,
    account: principal.account.id,
    roleArn: principal.kind === 'role' ? principal.arn : undefined,
  };
  const request = {
    requester,
    action: attempt.action,
    resource: attempt.resource,
    context: { ...callerContext(caller), ...attempt.context },
  };
  return evaluate(request, {
    identity: identityPolicies(principal),
    boundary: principal.boundary,
    session: caller.sessionPolicies,
    scp: principal.account.scp,
    rcp: attempt.resourceControl,
    vpcEndpoint: attempt.action.startsWith('ecr:') ? principal.account.vpcEndpointPolicy : undefined,
    ...(attempt.resourceSide === undefined ? {} : { resource: attempt.resourceSide }),
  });
}

/** A principal's own policies, and the AWS managed policies that are attached to it. */
export function identityPolicies({ policies, managed = [] }: Role | User): PolicyDocument[] {
  return [...policies, ...managed.map(managedPolicyDocument)];
}

/** The reason for a denial in AWS's own words; undefined if the attempt is allowed. */
export function denialMessage(caller: Caller, attempt: Attempt): string | undefined {
  const decision = decide(caller, attempt);
  if (decision.allowed) return undefined;
  const refusal = notAuthorized(caller, attempt.action, attempt.shown ?? attempt.resource);
  if (decision.explicit) return `${refusal} with an explicit deny in ${article(decision.by)} ${decision.by}`;
  return `${refusal} because no ${decision.by} allows the ${attempt.action} action`;
}

/** A denial without a reason, as STS words it. */
export function notAuthorized(caller: Caller, action: string, resource: string): string {
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
}

// The only actions that V1 enforces.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
export const REGISTRY_POLICY_V1_ACTIONS = [
  'ecr:ReplicateImage',
  'ecr:BatchImportUpstreamImage',
  'ecr:CreateRepository',
];

/**
 * Evaluates an attempt at a repository. On the resource's side are the policies of the repository and, by its scope, of
 * the registry. `repositoryPolicy` replaces the repository's own.
 */
export function repositoryAttempt(
  owner: Account,
  region: string,
  repository: string,
  action: string,
  repositoryPolicy = owner.registry(region).repositories.get(repository)?.policy,
): Attempt {
  const registry = owner.registry(region);
  const registryPolicyCounts = registry.policyScope === 'V2' || REGISTRY_POLICY_V1_ACTIONS.includes(action);
  const policies = [repositoryPolicy, registryPolicyCounts ? registry.policy : undefined].filter(
    (policy) => policy !== undefined,
  );
  return {
    action,
    resource: `arn:${owner.partition}:ecr:${region}:${owner.id}:repository/${repository}`,
    resourceSide: { account: owner.id, policies },
    resourceControl: owner.rcp,
    context: {
      'aws:ResourceAccount': owner.id,
      ...(owner.organization === undefined ? {} : { 'aws:ResourceOrgID': owner.organization }),
    },
  };
}

function callerContext({ principal, mfaAuthenticated }: Caller): Context {
  const { account, tags = {} } = principal;
  return {
    'aws:PrincipalArn': principal.arn,
    'aws:PrincipalAccount': account.id,
    'aws:PrincipalIsAWSService': 'false',
    ...(account.organization === undefined ? {} : { 'aws:PrincipalOrgID': account.organization }),
    ...(mfaAuthenticated === undefined ? {} : { 'aws:MultiFactorAuthPresent': String(mfaAuthenticated) }),
    ...Object.fromEntries(Object.entries(tags).map(([tag, value]) => [`aws:PrincipalTag/${tag}`, value])),
  };
}

function article(policyType: string): string {
  return /^[aeiou]/.test(policyType) ? 'an' : 'a';
}
