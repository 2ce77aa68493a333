// Adds access to a policy: one more member in a statement of ours, or a new one; nothing if it is already given.
import { XacctError } from '../errors.ts';
import type { Access, Target } from './access.ts';
import { isGiven } from './coverage.ts';
import { describeGrantee } from './grantee.ts';
import { type Gift, giftsTo, newOwn, readOwn, withMembers } from './own-statement.ts';
import { type PolicyDocument, type Statement, statementsOf } from './policy-document.ts';

/**
 * `document` is the policy of the target: the repository's, or the registry's for a prefix; undefined if there is none.
 * Returns the same object if nothing changes.
 * @throws XacctError `usage` for a push by Lambda functions.
 */
export function grantAccess(document: PolicyDocument | undefined, access: Access): PolicyDocument {
  refusePushByFunctions(access);
  const before = statementsOf(document);
  let statements = before;
  for (const gift of access.grantees.flatMap((grantee) => giftsTo(grantee, access))) {
    if (!isGiven(statements, gift, access.target)) statements = withGift(statements, gift, access.target);
  }
  if (document === undefined) return { Version: '2012-10-17', Statement: statements };
  if (statements === before) return document;
  const [first, ...others] = statements;
  const stays = !Array.isArray(document.Statement) && first !== undefined && others.length === 0;
  return { ...document, Statement: stays ? first : statements };
}

/** @throws XacctError `usage` */
export function refusePushByFunctions({ grantees, push }: Access): void {
  const functions = grantees.find(({ kind }) => kind === 'lambda');
  if (!push || functions === undefined) return;
  throw new XacctError('usage', `${describeGrantee(functions)} only pulls: functions never push`, {
    hint: { say: 'omit --push, or run a separate command for it' },
  });
}

function withGift(statements: readonly Statement[], gift: Gift, target: Target): readonly Statement[] {
  for (const [index, statement] of statements.entries()) {
    const own = readOwn(statement, target);
    if (own?.kind === gift.kind) {
      return statements.with(index, withMembers(statement, own.kind, [...own.members, gift.member]));
    }
  }
  return [
    ...statements,
    newOwn(
      gift,
      target,
      statements.map(({ Sid: sid = '' }) => sid),
    ),
  ];
}
