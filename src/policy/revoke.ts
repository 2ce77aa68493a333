// Removes access from a policy, from our own statements only, and finds the statements that still give it.
import type { Access, Target } from './access.ts';
import { ONLY_PUSH_ACTIONS, PULL_ACTIONS } from './actions.ts';
import { refusePushByFunctions } from './grant.ts';
import { mayGive } from './overlap.ts';
import { type Gift, giftsTo, readOwn, withMembers } from './own-statement.ts';
import { type PolicyDocument, type Statement, statementsOf } from './policy-document.ts';
import { samePrincipal } from './principal.ts';

/**
 * With `push`, only pushing is revoked, else everything. Returns the same object if nothing changes, and undefined if
 * no statement is left: then the policy must be deleted.
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
 * The Sids (`statement 2` without one) of the statements that may still give the revoked access to the grantees, or to
 * principals of their accounts: foreign ones, and ours without the revoked members.
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

/** The Sids of the statements that may deny the grantees, or principals of their accounts, what a grant gives. */
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

/** What a revocation removes, in the form of grants. */
function giftsTaken(access: Access): Gift[] {
  return access.grantees
    .flatMap((grantee) => giftsTo(grantee, { ...access, push: true }))
    .filter(({ kind }) => !access.push || kind.startsWith('Push'));
}

/** The statement without the revoked members; undefined if no member is left. */
function without(statement: Statement, gifts: readonly Gift[], target: Target): Statement | undefined {
  const own = readOwn(statement, target);
  if (own === undefined) return statement;
  const taken = gifts.filter(({ kind }) => kind === own.kind);
  const left = own.members.filter((other) => !taken.some(({ member }) => samePrincipal(member, other)));
  if (left.length === own.members.length) return statement;
  return left.length === 0 ? undefined : withMembers(statement, own.kind, left);
}
