// A policy with access taken back: out of our statements only; and which statements still give it.
import type { Access, Target } from './access.ts';
import { ONLY_PUSH_ACTIONS, PULL_ACTIONS } from './actions.ts';
import { refusePushByFunctions } from './grant.ts';
import { mayGive } from './overlap.ts';
import { type Gift, giftsTo, readOwn, withMembers } from './own-statement.ts';
import { type PolicyDocument, type Statement, statementsOf } from './policy-document.ts';
import { samePrincipal } from './principal.ts';

/**
 * `push` takes back only pushing, else all is. Returns the same object where nothing changes, and undefined where no statement is
 * left: the policy is to be deleted.
 * @throws XacctError `usage` for a push by Lambda functions.
 */
export function revokeAccess(
  document: PolicyDocument | undefined,
  access: Access,
): PolicyDocument | undefined {
  refusePushByFunctions(access);
  if (document === undefined) return undefined;
  const gifts = giftsTaken(access);
  const before = statementsOf(document);
  const after = before.flatMap((statement) => without(statement, gifts, access.target) ?? []);
  if (after.length === before.length && after.every((statement, index) => statement === before[index])) {
    return document;
  }
  const [first] = after;
  if (first === undefined) return undefined;
  return { ...document, Statement: Array.isArray(document.Statement) ? after : first };
}

/**
 * The Sids (`statement 2` where it has none) of the statements by which the grantees, or some of an account's principals, may still
 * do what was to be taken back: those of others, and ours without what they were given by name.
 */
export function stillAllowedBy(document: PolicyDocument | undefined, access: Access): string[] {
  const { grantees, target, push } = access;
  const actions = push ? ONLY_PUSH_ACTIONS : [...PULL_ACTIONS, ...ONLY_PUSH_ACTIONS];
  const gifts = giftsTaken(access);
  return namesWhere(document, (statement) => {
    const left = without(statement, gifts, target);
    return left !== undefined && grantees.some((grantee) => mayGive(left, grantee, actions, target));
  });
}

/** The same of the statements that may deny the grantees, or some of an account's principals, what is given to them. */
export function keptOutBy(document: PolicyDocument | undefined, access: Access): string[] {
  const { grantees, target, push } = access;
  const actions = [...PULL_ACTIONS, ...(push ? ONLY_PUSH_ACTIONS : [])];
  return namesWhere(document, (statement) => {
    const meant: Statement = { ...statement, Effect: 'Allow' };
    return (
      statement.Effect === 'Deny' && grantees.some((grantee) => mayGive(meant, grantee, actions, target))
    );
  });
}

function namesWhere(document: PolicyDocument | undefined, is: (statement: Statement) => boolean): string[] {
  return statementsOf(document).flatMap((statement, index) =>
    is(statement) ? [statement.Sid || `statement ${index + 1}`] : [],
  );
}

/** What a revocation takes back, in the form of grants. */
function giftsTaken(access: Access): Gift[] {
  return access.grantees
    .flatMap((grantee) => giftsTo(grantee, { ...access, push: true }))
    .filter(({ kind }) => !access.push || kind.startsWith('Push'));
}

/** The statement without its members that are taken back; undefined where that leaves none. */
function without(statement: Statement, gifts: readonly Gift[], target: Target): Statement | undefined {
  const own = readOwn(statement, target);
  if (own === undefined) return statement;
  const taken = gifts.filter(({ kind }) => kind === own.kind);
  const left = own.members.filter((other) => !taken.some(({ member }) => samePrincipal(member, other)));
  if (left.length === own.members.length) return statement;
  return left.length === 0 ? undefined : withMembers(statement, own.kind, left);
}
