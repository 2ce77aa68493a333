// Whether one statement is about one request, as far as that can be told.
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
import { isEverybody, principalsOf } from './own-statement.ts';
import { listOf, type Statement } from './policy-document.ts';
import { isSessionOf, samePrincipal, wholeAccount } from './principal.ts';
import { matchesWildcard } from './wildcard.ts';

/** By a role, a user or an account's root, or by a service for an account. */
export interface PolicyRequest {
  /** Of a role, not of its session. */
  principalArn?: string | undefined;
  /** `lambda.amazonaws.com`. */
  service?: string | undefined;
  account: string;
  /** Of the account; undefined where that is not known. */
  organization?: string | undefined;
  action: string;
  resourceArn: string;
  /** What a service asks for: a function, say. */
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
  // An exception has to name a principal and its account, says AWS; where it names one of both, it does not say what happens.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  const isHalf = request.principalArn !== undefined && !isWholly(others, request);
  return isHalf && some(named) !== 'no' ? 'maybe' : not(some(named));
}

function namings(principal: Statement['Principal'], request: PolicyRequest): Judgement[] {
  if (isEverybody(principal)) return ['yes'];
  const { principalArn, service, account } = request;
  if (principalArn === undefined) {
    return principalsOf(principal, 'Service').map((other) => judgementOf(other === service));
  }
  return principalsOf(principal, 'AWS').map((other) => {
    if (samePrincipal(other, principalArn) || wholeAccount(other) === account) return 'yes';
    return isSessionOf(other, principalArn) ? 'maybe' : 'no';
  });
}

/** Whether both the principal and its account are among them. */
function isWholly(
  principals: Statement['Principal'],
  { principalArn = '', account }: PolicyRequest,
): boolean {
  const named = principalsOf(principals, 'AWS');
  return (
    isEverybody(principals) ||
    (named.some((other) => samePrincipal(other, principalArn)) &&
      named.some((other) => wholeAccount(other) === account))
  );
}

/** Without a Resource, a statement is for what its policy is attached to. */
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
  // A service says what it asks for; people and roles ask for themselves.
  if (!isService || sourceArn !== undefined) known.set('aws:sourcearn', sourceArn);
  known.set('aws:sourceaccount', isService ? account : sourceAccount(sourceArn));
  return known;
}

function sourceAccount(sourceArn: string | undefined): string | undefined {
  return sourceArn?.split(':')[4] || undefined;
}
