// Describes each statement of a policy for people, and decides whether policies allow a request.
import { isAbout, NEEDED_PULL_ACTIONS, ONLY_PUSH_ACTIONS, PULL_ACTIONS, PUSH_ACTIONS } from './actions.ts';
import { isEveryone, readOwn } from './own-statement.ts';
import {
  listOf,
  type PolicyDocument,
  type PolicyOwner,
  type Statement,
  statementsOf,
} from './policy-document.ts';
import { wholeAccount } from './principal.ts';
import { judgeStatement, type PolicyRequest } from './request-match.ts';
import { warningsOf } from './review-warnings.ts';

export interface ReviewedStatement {
  sid: string | undefined;
  /** A grant wrote it, and it is unchanged. */
  ours: boolean;
  effect: 'Allow' | 'Deny';
  /** `444455556666`, a role's ARN, `everyone`, `org o-…`, `service lambda.amazonaws.com`, `everyone but …`. */
  who: string[];
  pull: 'all' | 'some' | 'none';
  push: 'all' | 'some' | 'none';
  /** Its actions besides those of a pull and a push. */
  other: string[];
  /** `team/*`; empty in a repository's policy that adds no restriction. */
  resources: string[];
  /** `StringEquals aws:PrincipalOrgID = o-…`. */
  conditions: string[];
  /** One line each: the fault and its fix. */
  warnings: string[];
}

export function reviewStatement(statement: Statement, owner: PolicyOwner): ReviewedStatement {
  const other = otherActions(statement);
  return {
    sid: statement.Sid,
    ours: isOurs(statement, owner),
    effect: statement.Effect,
    who: whoOf(statement),
    ...sharesOf(statement),
    other,
    resources: resourcesOf(statement, owner),
    conditions: conditionsOf(statement),
    warnings: warningsOf(statement, owner, other),
  };
}

/**
 * Whether the resource's side allows a request. `conditional`: that depends on facts that are not known. `documents`
 * are the policies that apply: the registry's and the repository's.
 */
export function allowsRequest(
  documents: readonly (PolicyDocument | undefined)[],
  request: PolicyRequest,
): 'allowed' | 'denied' | 'explicit-deny' | 'conditional' {
  const verdicts = (effect: Statement['Effect']) =>
    documents
      .flatMap(statementsOf)
      .filter((statement) => statement.Effect === effect)
      .map((statement) => judgeStatement(statement, request));
  const [denials, grants] = [verdicts('Deny'), verdicts('Allow')];
  if (denials.includes('yes')) return 'explicit-deny';
  if (grants.includes('yes')) return denials.includes('maybe') ? 'conditional' : 'allowed';
  return grants.includes('maybe') ? 'conditional' : 'denied';
}

function isOurs(statement: Statement, { kind, account, partition }: PolicyOwner): boolean {
  const own = readOwn(statement);
  if (own === undefined || kind === 'repository') return own !== undefined && own.resource === undefined;
  const { resource = '' } = own;
  return resource.startsWith(`arn:${partition}:ecr:`) && resource.includes(`:${account}:repository/`);
}

function whoOf({ Principal: principal, NotPrincipal: others, Condition: condition }: Statement): string[] {
  if (others !== undefined) return [`everyone but ${named(others).join(', ')}`];
  if (!isEveryone(principal)) return named(principal);
  const equals = Object.entries(condition?.StringEquals ?? {});
  const organizations = equals.find(([key]) => key.toLowerCase() === 'aws:principalorgid')?.[1];
  return organizations === undefined ? ['everyone'] : listOf(organizations).map((id) => `org ${id}`);
}

function named(principal: Statement['Principal']): string[] {
  if (typeof principal !== 'object') return principal === undefined ? [] : ['everyone'];
  return Object.entries(principal).flatMap(([kind, others]) =>
    listOf(others).map((other) => {
      if (kind === 'AWS') return other === '*' ? 'everyone' : (wholeAccount(other) ?? other);
      return `${kind === 'CanonicalUser' ? 'canonical user' : kind.toLowerCase()} ${other}`;
    }),
  );
}

/** BatchCheckLayerAvailability belongs to both. Alone it counts as a part of a pull; beside a push it adds nothing. */
function sharesOf(statement: Statement): Pick<ReviewedStatement, 'pull' | 'push'> {
  const push = shareOf(statement, PUSH_ACTIONS, ONLY_PUSH_ACTIONS);
  const own = push === 'none' ? PULL_ACTIONS : NEEDED_PULL_ACTIONS;
  return { pull: shareOf(statement, NEEDED_PULL_ACTIONS, own), push };
}

/** `needed`: the actions that it requires; `own`: those that serve nothing else. */
function shareOf(statement: Statement, needed: readonly string[], own = needed): 'all' | 'some' | 'none' {
  const isNamed = (action: string) => isAbout(statement, action);
  if (needed.every(isNamed)) return 'all';
  return own.some(isNamed) ? 'some' : 'none';
}

function otherActions({ Action: action, NotAction: others }: Statement): string[] {
  if (others !== undefined) return [`everything but ${listOf(others).join(', ')}`];
  const usual = [...PULL_ACTIONS, ...PUSH_ACTIONS].map((name) => name.toLowerCase());
  return listOf(action).filter((name) => !usual.includes(name.toLowerCase()));
}

function resourcesOf(
  { Resource: resource, NotResource: others }: Statement,
  { account, partition }: PolicyOwner,
): string[] {
  const names = listOf(others ?? resource).map((arn) => {
    const [, ofPartition, ofAccount, name] =
      /^arn:([^:]*):ecr:[^:]*:([^:]*):repository\/(.*)$/s.exec(arn) ?? [];
    return ofPartition === partition && ofAccount === account && name !== undefined ? name : arn;
  });
  return others === undefined ? names : [`everything but ${names.join(', ')}`];
}

function conditionsOf({ Condition: condition = {} }: Statement): string[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${operator} ${key} = ${listOf(values).join(', ')}`),
  );
}
