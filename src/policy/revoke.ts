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

export interface StillAllowing {
  /** `statement 2` where it has none. */
  sid: string;
  /** Given by a grant, but of something else: to others among whom they are, or some of them, or on more. */
  isOurs: boolean;
}

/** The statements by which the grantees, or some of an account's principals, may still do what is taken back. */
export function stillAllowedBy(document: PolicyDocument | undefined, access: Access): StillAllowing[] {
  const { grantees, target, push } = access;
  const actions = push ? ONLY_PUSH_ACTIONS : [...PULL_ACTIONS, ...ONLY_PUSH_ACTIONS];
  const gifts = giftsTaken(access);
  return statementsOf(document).flatMap((statement, index) => {
    const left = without(statement, gifts, target);
    const gives = left !== undefined && grantees.some((grantee) => mayGive(left, grantee, actions, target));
    const sid = statement.Sid || `statement ${index + 1}`;
    return gives ? [{ sid, isOurs: readOwn(statement) !== undefined }] : [];
  });
}

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
