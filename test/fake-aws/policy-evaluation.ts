// IAM's decision for one request: which policies allow it, which deny it, and on which side. Uses no product code.
import type { Conditions, Context } from './policy-conditions.ts';
import { conditionsHold, matchesWildcard } from './policy-conditions.ts';

type OneOrMany = string | readonly string[];

type Principals = '*' | Readonly<Partial<Record<'AWS' | 'Service' | 'Federated', OneOrMany | undefined>>>;

export interface Statement {
  Sid?: string | undefined;
  Effect: 'Allow' | 'Deny';
  Principal?: Principals | undefined;
  /** Everyone except these. */
  NotPrincipal?: Principals | undefined;
  Action?: OneOrMany | undefined;
  NotAction?: OneOrMany | undefined;
  Resource?: OneOrMany | undefined;
  NotResource?: OneOrMany | undefined;
  Condition?: Conditions | undefined;
}

export interface PolicyDocument {
  Version?: string | undefined;
  Statement: Statement | readonly Statement[];
}

/** The caller. `arn` is a user's or a session's; `roleArn` is the session's role. */
export interface Requester {
  arn: string;
  account: string;
  roleArn?: string | undefined;
  service?: string | undefined;
  federated?: string | undefined;
}

export interface AccessRequest {
  requester: Requester;
  action: string;
  resource: string;
  context: Context;
}

export interface Policies {
  identity: readonly PolicyDocument[];
  boundary?: PolicyDocument | undefined;
  /** The session policies, which limit a session to a part of its role's rights. */
  session?: readonly PolicyDocument[] | undefined;
  /** If none allows anything, FullAWSAccess also applies. Otherwise they are an allow list. */
  scp: readonly PolicyDocument[];
  /** Of the resource's account. They can only deny. */
  rcp?: readonly PolicyDocument[] | undefined;
  /** Of the VPC endpoint that the request used. */
  vpcEndpoint?: PolicyDocument | undefined;
  /** The policies of the resource, if it has any. */
  resource?: {
    account: string;
    policies: readonly PolicyDocument[];
    /** True for a role's trust policy: no caller may assume the role without it, not even one of the same account. */
    mustAllow?: boolean;
  };
}

/** The names in AWS's access denied messages. */
export type PolicyType =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'
  | 'resource control policy'
  | 'VPC endpoint policy';

export type Decision = { allowed: true } | { allowed: false; explicit: boolean; by: PolicyType };

/**
 * The decision, and for a denial the only policy type that AWS names.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, policies: Policies): Decision {
  const denier = explicitDenier(request, policies);
  if (denier !== undefined) return { allowed: false, explicit: true, by: denier };

  const { resource, boundary, session, scp, vpcEndpoint } = policies;
  const { account, roleArn, service } = request.requester;
  const allowLists = scp.filter((policy) => statements(policy, 'Allow').length > 0);
  if (allowLists.length > 0 && !allowLists.some((policy) => allows(request, policy))) {
    return implicitDenial('service control policy');
  }
  if (vpcEndpoint !== undefined && strongestGrant(request, [vpcEndpoint]) === 'none') {
    return implicitDenial('VPC endpoint policy');
  }
  const sameAccount = resource === undefined || resource.account === account;
  const grant = strongestGrant(request, resource?.policies ?? []);
  // A service has no policies of its own: the resource alone decides.
  if (service !== undefined) {
    return grant === 'none' ? implicitDenial('resource-based policy') : { allowed: true };
  }
  const withinBoundary = boundary === undefined || allows(request, boundary);
  const withinSession = session === undefined || session.some((policy) => allows(request, policy));
  // In its own account, a principal that the resource names needs no identity policy. A boundary limits what a resource
  // grants to a role, but not to a user.
  const granted = sameAccount && grant === 'direct';
  if (granted && ((withinBoundary && withinSession) || roleArn === undefined)) return { allowed: true };

  // AWS names one side at a time. Here it is first the caller's own.
  if (!granted && !policies.identity.some((policy) => allows(request, policy))) {
    return implicitDenial('identity-based policy');
  }
  if (!withinBoundary) return implicitDenial('permissions boundary');
  if (!withinSession) return implicitDenial('session policy');
  const needsConsent = !sameAccount || resource?.mustAllow === true;
  return needsConsent && grant === 'none' ? implicitDenial('resource-based policy') : { allowed: true };
}

/** Whether a trust policy alone allows a caller without identity policies: a web identity, a service. */
export function trusts(request: AccessRequest, trust: PolicyDocument): boolean {
  return !denies(request, trust, true) && strongestGrant(request, [trust]) !== 'none';
}

function implicitDenial(by: PolicyType): Decision {
  return { allowed: false, explicit: false, by };
}

function explicitDenier(request: AccessRequest, policies: Policies): PolicyType | undefined {
  const { scp, rcp = [], vpcEndpoint, session = [] } = policies;
  if (scp.some((policy) => denies(request, policy))) return 'service control policy';
  if (rcp.some((policy) => denies(request, policy, true))) return 'resource control policy';
  if (vpcEndpoint !== undefined && denies(request, vpcEndpoint, true)) return 'VPC endpoint policy';
  if (policies.resource?.policies.some((policy) => denies(request, policy, true))) {
    return 'resource-based policy';
  }
  if (policies.identity.some((policy) => denies(request, policy))) return 'identity-based policy';
  if (policies.boundary !== undefined && denies(request, policies.boundary)) return 'permissions boundary';
  if (session.some((policy) => denies(request, policy))) return 'session policy';
  return undefined;
}

function denies(request: AccessRequest, policy: PolicyDocument, namesPrincipals = false): boolean {
  return statements(policy, 'Deny').some(
    (statement) =>
      applies(request, statement) && (!namesPrincipals || grantTo(request.requester, statement) !== 'none'),
  );
}

function allows(request: AccessRequest, policy: PolicyDocument): boolean {
  return statements(policy, 'Allow').some((statement) => applies(request, statement));
}

/**
 * `delegated`: the policy names the account, so the caller's own identity policies decide. `direct`: it names the
 * caller.
 */
type Grant = 'none' | 'delegated' | 'direct';

function strongestGrant(request: AccessRequest, policies: readonly PolicyDocument[]): Grant {
  const grants = policies
    .flatMap((policy) => statements(policy, 'Allow'))
    .filter((statement) => applies(request, statement))
    .map((statement) => grantTo(request.requester, statement));
  return (
    grants.find((grant) => grant === 'direct') ?? grants.find((grant) => grant === 'delegated') ?? 'none'
  );
}

function grantTo(requester: Requester, { Principal: principal, NotPrincipal: spared }: Statement): Grant {
  if (spared !== undefined) return names(requester, spared) === 'none' ? 'direct' : 'none';
  if (principal === undefined) throw new Error('a resource policy statement must have a Principal');
  return names(requester, principal);
}

function names(requester: Requester, principal: Principals): Grant {
  if (principal === '*') return 'direct';
  const aws = list(principal.AWS);
  if (aws.includes('*') || aws.includes(requester.arn)) return 'direct';
  if (requester.roleArn !== undefined && aws.includes(requester.roleArn)) return 'direct';
  if (requester.service !== undefined && list(principal.Service).includes(requester.service)) return 'direct';
  if (requester.federated !== undefined && list(principal.Federated).includes(requester.federated)) {
    return 'direct';
  }
  return aws.some((entry) => accountOf(entry) === requester.account) ? 'delegated' : 'none';
}

function accountOf(principal: string): string | undefined {
  return /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
}

function statements(policy: PolicyDocument, effect: Statement['Effect']): Statement[] {
  return [policy.Statement].flat().filter((statement) => statement.Effect === effect);
}

function applies(request: AccessRequest, statement: Statement): boolean {
  const action = request.action.toLowerCase();
  const isAction = (pattern: string) => matchesWildcard(action, pattern.toLowerCase());
  const isResource = (pattern: string) => matchesWildcard(request.resource, pattern);
  return (
    (statement.NotAction === undefined
      ? list(statement.Action).some(isAction)
      : !list(statement.NotAction).some(isAction)) &&
    // Repository and trust policies have no Resource: they apply to what they are attached to.
    (statement.Resource === undefined || list(statement.Resource).some(isResource)) &&
    (statement.NotResource === undefined || !list(statement.NotResource).some(isResource)) &&
    conditionsHold(statement.Condition, request.context)
  );
}

function list(value: OneOrMany | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
