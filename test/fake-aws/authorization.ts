// What a caller of the world may do: gathers the policies of both sides, asks the engine, and words a denial as AWS does.
import type { Account, Role, User } from './account.ts';
import { managedPolicyDocument } from './managed-policies.ts';
import type { Context } from './policy-conditions.ts';
import type { Decision, Policies, PolicyDocument } from './policy-evaluation.ts';
import { evaluate } from './policy-evaluation.ts';
import type { Caller } from './world.ts';

export interface Attempt {
  action: string;
  resource: string;
  /** What a denial names instead of the resource. */
  shown?: string;
  /** The resource's side, if it has policies of its own. */
  resourceSide?: Policies['resource'];
  /** The resource control policies of the resource's account. */
  resourceControl?: readonly PolicyDocument[];
  context?: Context;
}

/** The decision for a caller, by the policies of its principal, its account and the resource. */
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

/** Those of its own and those of AWS's that are attached to a principal. */
export function identityPolicies({ policies, managed = [] }: Role | User): PolicyDocument[] {
  return [...policies, ...managed.map(managedPolicyDocument)];
}

/** The reason for a refusal in AWS's own words; undefined if the attempt is allowed. */
export function denialMessage(caller: Caller, attempt: Attempt): string | undefined {
  const decision = decide(caller, attempt);
  if (decision.allowed) return undefined;
  const refusal = notAuthorized(caller, attempt.action, attempt.shown ?? attempt.resource);
  if (decision.explicit) return `${refusal} with an explicit deny in ${article(decision.by)} ${decision.by}`;
  return `${refusal} because no ${decision.by} allows the ${attempt.action} action`;
}

/** The same without a reason, as STS says it. */
export function notAuthorized(caller: Caller, action: string, resource: string): string {
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html: all that V1 enforces.
export const REGISTRY_POLICY_V1_ACTIONS = [
  'ecr:ReplicateImage',
  'ecr:BatchImportUpstreamImage',
  'ecr:CreateRepository',
];

/**
 * An attempt at a repository, with the repository's and (by its scope) the registry's policy on the other side.
 * `repositoryPolicy`: what the repository's policy would be.
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
