// Whether one statement applies to one request, as far as this can be known.
import { isAbout } from './actions.ts';
import {
  every,
  hasVariable,
  type Judgement,
  judgeConditions,
  judgementOf,
  type Known,
  not,
  some,
} from './conditions.ts';
import { isEveryone, principalsOf } from './own-statement.ts';
import { listOf, type Statement } from './policy-document.ts';
import { isSessionOf, samePrincipal, wholeAccount } from './principal.ts';
import { matchesWildcard } from './wildcard.ts';

/** A request by a role, a user or an account's root, or by a service for an account. */
export interface PolicyRequest {
  /** The role's ARN, not its session's. */
  principalArn?: string | undefined;
  /** `lambda.amazonaws.com`. */
  service?: string | undefined;
  account: string;
  /** The account's organization; undefined if it is not known. */
  organization?: string | undefined;
  action: string;
  resourceArn: string;
  /** The resource that a service acts for: a function, say. */
  sourceArn?: string | undefined;
}

export function judgeStatement(statement: Statement, request: PolicyRequest): Judgement {
  return every([
    judgePrincipal(statement, request),
    judgementOf(isAbout(statement, request.action)),
    judgeResource(statement, request.resourceArn),
    judgeConditions(statement.Condition, knownOf(request)),
  ]);
}

function judgePrincipal(statement: Statement, request: PolicyRequest): Judgement {
  const { Principal: principal, NotPrincipal: others } = statement;
  if (others === undefined) return some(namings(principal, request));
  const named = namings(others, request);
  // AWS requires NotPrincipal to name the principal and its account; it does not say what happens with only one of
  // them. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  const isHalf = request.principalArn !== undefined && !isWholly(others, request);
  return isHalf && some(named) !== 'no' ? 'maybe' : not(some(named));
}

function namings(principal: Statement['Principal'], request: PolicyRequest): Judgement[] {
  if (isEveryone(principal)) return ['yes'];
  const { principalArn, service, account } = request;
  if (principalArn === undefined) {
    return principalsOf(principal, 'Service').map((other) => judgementOf(other === service));
  }
  return principalsOf(principal, 'AWS').map((other) => {
    if (samePrincipal(other, principalArn) || wholeAccount(other) === account) return 'yes';
    return isSessionOf(other, principalArn) ? 'maybe' : 'no';
  });
}

/** Whether the list has both the principal and its account. */
function isWholly(
  principals: Statement['Principal'],
  { principalArn = '', account }: PolicyRequest,
): boolean {
  const named = principalsOf(principals, 'AWS');
  return (
    isEveryone(principals) ||
    (named.some((other) => samePrincipal(other, principalArn)) &&
      named.some((other) => wholeAccount(other) === account))
  );
}

/** A statement without a Resource applies to the resource of its policy. */
function judgeResource({ Resource: resource, NotResource: others }: Statement, arn: string): Judgement {
  const named = (patterns: readonly string[]) =>
    some(
      patterns.map((pattern) =>
        hasVariable(pattern) ? 'maybe' : judgementOf(matchesWildcard(arn, pattern)),
      ),
    );
  return every([
    resource === undefined ? 'yes' : named(listOf(resource)),
    others === undefined ? 'yes' : not(named(listOf(others))),
  ]);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function knownOf({ principalArn, service, account, organization, sourceArn }: PolicyRequest): Known {
  const isService = principalArn === undefined && service !== undefined;
  const known = new Map<string, string | undefined>([
    ['aws:principalarn', principalArn],
    ['aws:principalaccount', isService ? undefined : account],
  ]);
  if (isService) known.set('aws:principalorgid', undefined);
  else if (organization !== undefined) known.set('aws:principalorgid', organization);
  // Only a service's request has a source ARN; those of users and roles have none.
  if (!isService || sourceArn !== undefined) known.set('aws:sourcearn', sourceArn);
  known.set('aws:sourceaccount', isService ? account : sourceAccount(sourceArn));
  return known;
}

function sourceAccount(sourceArn: string | undefined): string | undefined {
  return sourceArn?.split(':')[4] || undefined;
}
