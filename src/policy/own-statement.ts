// The statements that we write: known by their Sid and by meaning just what that Sid says, else they are others'.
import type { Access, Grantee, Target } from './access.ts';
import { NEEDED_PULL_ACTIONS, PULL_ACTIONS, PUSH_ACTIONS, sameActions } from './actions.ts';
import { listOf, type Statement } from './policy-document.ts';
import { isOrganizationId, isPlainPrincipal, LAMBDA_SERVICE } from './principal.ts';
import { targetArn } from './target.ts';

/**
 * As it is in the Sid. `Org`: everyone of an organization; `Lambda`: the service, for an account's functions;
 * `LambdaAccount`: that account itself, which makes them, apart from what else it may pull.
 */
const KINDS = ['Pull', 'Push', 'PullOrg', 'PushOrg', 'Lambda', 'LambdaAccount'] as const;
export type OwnKind = (typeof KINDS)[number];

/** What one grantee gets by one statement of ours: its list of principals, organizations or functions gains the member. */
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

/** All that the grantee gets where `push` is true, else only what a pull takes. */
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
 * A statement of ours, for `target` where that is given, else for any; undefined for those of other people, also where they edited
 * one of ours.
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

/** Whether everyone is meant, who then may be narrowed by a condition. */
export function isEverybody(principal: Statement['Principal']): boolean {
  return principal === '*' || principalsOf(principal, 'AWS').includes('*');
}

export function principalsOf(principal: Statement['Principal'], kind: string): readonly string[] {
  return typeof principal === 'object' && Object.hasOwn(principal, kind) ? listOf(principal[kind]) : [];
}

/**
 * Those for whom a statement is that has just the shape of one of ours, whatever its Sid and its actions: principals,
 * organizations, or functions; undefined for every other shape.
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

/** A repository's policy is for that repository; the registry's says which it is for. */
function resourceOf(target: Target): string | undefined {
  return target.kind === 'prefix' ? targetArn(target) : undefined;
}

function kindOf(sid: string): OwnKind | undefined {
  const [, written] = /^EcrXacct([A-Za-z]+)\d*$/.exec(sid) ?? [];
  return KINDS.find((kind) => kind === written);
}

/** IAM wants each Sid once in a policy. */
function freeSid(wanted: string, taken: readonly string[]): string {
  const others = new Set(taken.map((sid) => sid.toLowerCase()));
  let sid = wanted;
  for (let number = 2; others.has(sid.toLowerCase()); number += 1) sid = `${wanted}${number}`;
  return sid;
}

function allOf(members: readonly string[], is: (member: string) => boolean): readonly string[] | undefined {
  return members.length > 0 && members.every(is) ? members : undefined;
}

/** The principals of an element that has this one kind of them, else none. */
function onlyOf(principal: Statement['Principal'], kind: 'AWS' | 'Service'): readonly string[] {
  const isIt = typeof principal === 'object' && Object.keys(principal).join() === kind;
  return isIt ? listOf(principal[kind]) : [];
}

/** The values of a condition that has this one operator and key (whose case does not count), else none. */
function onlyValues(condition: Statement['Condition'], operator: string, key: string): readonly string[] {
  const [[only, keys] = [], ...operators] = Object.entries(condition ?? {});
  const [[name, values] = [], ...others] = Object.entries(keys ?? {});
  const isIt = only === operator && name?.toLowerCase() === key.toLowerCase();
  return isIt && operators.length === 0 && others.length === 0 ? listOf(values) : [];
}
