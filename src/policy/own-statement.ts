// The statements that this program writes: it recognizes them by their Sid and exact form; all others are foreign.
import type { Access, Grantee, Target } from './access.ts';
import { NEEDED_PULL_ACTIONS, PULL_ACTIONS, PUSH_ACTIONS, sameActions } from './actions.ts';
import { listOf, type Statement } from './policy-document.ts';
import { isOrganizationId, isPlainPrincipal, LAMBDA_SERVICE } from './principal.ts';
import { targetArn } from './target.ts';

/**
 * As in the Sid. `Org`: everyone of an organization; `Lambda`: the service, for an account's functions;
 * `LambdaAccount`: the account that creates these functions, apart from other access that it has.
 */
const KINDS = ['Pull', 'Push', 'PullOrg', 'PushOrg', 'Lambda', 'LambdaAccount'] as const;
export type OwnKind = (typeof KINDS)[number];

/** One grantee's part of one statement of ours: a member of its list of principals, organizations or functions. */
export interface Gift {
  kind: OwnKind;
  member: string;
}

export interface OwnStatement {
  kind: OwnKind;
  members: readonly string[];
  /** Undefined in a repository's policy. */
  resource: string | undefined;
}

interface Listing {
  Principal: NonNullable<Statement['Principal']>;
  Condition?: NonNullable<Statement['Condition']>;
}

const ORGANIZATION_KEY = 'aws:PrincipalOrgID';
const FUNCTION_KEY = 'aws:sourceArn';
const FUNCTIONS = /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:\*$/;

export function actionsOf(kind: OwnKind): readonly string[] {
  if (kind === 'Lambda' || kind === 'LambdaAccount') return NEEDED_PULL_ACTIONS;
  return kind.startsWith('Pull') ? PULL_ACTIONS : PUSH_ACTIONS;
}

/** All parts for the grantee; without `push`, only those of a pull. */
export function giftsTo(grantee: Grantee, { target, push }: Pick<Access, 'target' | 'push'>): Gift[] {
  const { partition, region } = target;
  const both = (suffix: '' | 'Org', member: string): Gift[] => [
    { kind: `Pull${suffix}`, member },
    ...(push ? [{ kind: `Push${suffix}`, member } as const] : []),
  ];
  switch (grantee.kind) {
    case 'organization':
      return both('Org', grantee.id);
    case 'principal':
      return both('', grantee.arn);
    case 'account':
      return both('', `arn:${partition}:iam::${grantee.account}:root`);
    case 'lambda':
      return [
        { kind: 'LambdaAccount', member: `arn:${partition}:iam::${grantee.account}:root` },
        { kind: 'Lambda', member: `arn:${partition}:lambda:${region}:${grantee.account}:function:*` },
      ];
  }
}

/**
 * Reads a statement of ours, for `target` if it is given, else for any. Undefined for foreign statements, and for ours
 * if they were edited.
 */
export function readOwn(statement: Statement, target?: Target): OwnStatement | undefined {
  const { Sid: sid = '', Effect: effect, Action: action, Resource: resource, ...listing } = statement;
  const kind = kindOf(sid);
  if (kind === undefined || effect !== 'Allow') return undefined;
  const members = membersOf(kind, listing);
  const resources = listOf(resource);
  const isAsWritten =
    sameActions(listOf(action), actionsOf(kind)) &&
    Object.keys(listing).every((name) => name === 'Principal' || name === 'Condition') &&
    (resource === undefined || resources.length === 1);
  if (members === undefined || !isAsWritten) return undefined;
  const own = { kind, members, resource: resources[0] };
  return target === undefined || own.resource === resourceOf(target) ? own : undefined;
}

/** A new statement; `taken` are the Sids that its policy has. */
export function newOwn({ kind, member }: Gift, target: Target, taken: readonly string[]): Statement {
  const resource = resourceOf(target);
  const { Principal, Condition } = listing(kind, [member]);
  return {
    Sid: freeSid(`EcrXacct${kind}`, taken),
    Effect: 'Allow',
    Principal,
    Action: actionsOf(kind),
    ...(resource === undefined ? {} : { Resource: resource }),
    ...(Condition === undefined ? {} : { Condition }),
  };
}

/** Our statement with other members. */
export function withMembers(statement: Statement, kind: OwnKind, members: readonly string[]): Statement {
  return { ...statement, ...listing(kind, members.toSorted()) };
}

/** Whether the principal is everyone; a condition may narrow it. */
export function isEveryone(principal: Statement['Principal']): boolean {
  return principal === '*' || principalsOf(principal, 'AWS').includes('*');
}

export function principalsOf(principal: Statement['Principal'], kind: string): readonly string[] {
  return typeof principal === 'object' && Object.hasOwn(principal, kind) ? listOf(principal[kind]) : [];
}

/**
 * The members of a statement with the form of ours, whatever its Sid and actions are: principals, organizations, or
 * functions; undefined for every other form.
 */
export function membersOf(
  kind: OwnKind,
  { Principal: principal, Condition: condition }: Pick<Statement, 'Principal' | 'Condition'>,
): readonly string[] | undefined {
  if (kind === 'Pull' || kind === 'Push' || kind === 'LambdaAccount') {
    return condition === undefined ? allOf(onlyOf(principal, 'AWS'), isPlainPrincipal) : undefined;
  }
  if (kind === 'Lambda') {
    const isLambda = onlyOf(principal, 'Service').join() === LAMBDA_SERVICE;
    const functions = onlyValues(condition, 'StringLike', FUNCTION_KEY);
    return isLambda ? allOf(functions, (value) => FUNCTIONS.test(value)) : undefined;
  }
  const isEvery = principal === '*' || onlyOf(principal, 'AWS').join() === '*';
  const organizations = onlyValues(condition, 'StringEquals', ORGANIZATION_KEY);
  return isEvery ? allOf(organizations, isOrganizationId) : undefined;
}

function listing(kind: OwnKind, members: readonly string[]): Listing {
  switch (kind) {
    case 'Pull':
    case 'Push':
    case 'LambdaAccount':
      return { Principal: { AWS: members } };
    case 'Lambda':
      return {
        Principal: { Service: LAMBDA_SERVICE },
        Condition: { StringLike: { [FUNCTION_KEY]: members } },
      };
    case 'PullOrg':
    case 'PushOrg':
      return { Principal: '*', Condition: { StringEquals: { [ORGANIZATION_KEY]: members } } };
  }
}

/** The policy of a repository needs no Resource; the registry's does. */
function resourceOf(target: Target): string | undefined {
  return target.kind === 'prefix' ? targetArn(target) : undefined;
}

function kindOf(sid: string): OwnKind | undefined {
  const [, written] = /^EcrXacct([A-Za-z]+)\d*$/.exec(sid) ?? [];
  return KINDS.find((kind) => kind === written);
}

/** IAM requires unique Sids within a policy. */
function freeSid(wanted: string, taken: readonly string[]): string {
  const others = new Set(taken.map((sid) => sid.toLowerCase()));
  let sid = wanted;
  for (let number = 2; others.has(sid.toLowerCase()); number += 1) sid = `${wanted}${number}`;
  return sid;
}

function allOf(members: readonly string[], is: (member: string) => boolean): readonly string[] | undefined {
  return members.length > 0 && members.every(is) ? members : undefined;
}

/** The principals of an element with only this kind of them, else none. */
function onlyOf(principal: Statement['Principal'], kind: 'AWS' | 'Service'): readonly string[] {
  const isIt = typeof principal === 'object' && Object.keys(principal).join() === kind;
  return isIt ? listOf(principal[kind]) : [];
}

/** The values of a condition with only this operator and key (case is ignored), else none. */
function onlyValues(condition: Statement['Condition'], operator: string, key: string): readonly string[] {
  const [[only, keys] = [], ...operators] = Object.entries(condition ?? {});
  const [[name, values] = [], ...others] = Object.entries(keys ?? {});
  const isIt = only === operator && name?.toLowerCase() === key.toLowerCase();
  return isIt && operators.length === 0 && others.length === 0 ? listOf(values) : [];
}
