// Whether a policy already gives what a grant would: to this exact grantee, on the whole target, unconditionally.
import type { Target } from './access.ts';
import { namesAction } from './actions.ts';
import { actionsOf, type Gift, isEveryone, membersOf, principalsOf, readOwn } from './own-statement.ts';
import { listOf, type Statement } from './policy-document.ts';
import { LAMBDA_SERVICE, samePrincipal } from './principal.ts';
import { targetArn } from './target.ts';
import { matchesAllBelow, matchesWildcard } from './wildcard.ts';

/** The elements that this program understands; a statement with another may be narrower than it looks. */
const KNOWN: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

/**
 * Different statements may give the actions. Denials are ignored: no grant overrides them. Our own statements of
 * another kind are ignored, too: they are revoked separately.
 */
export function isGiven(statements: readonly Statement[], gift: Gift, target: Target): boolean {
  const giving = statements.filter(
    (statement) =>
      statement.Effect === 'Allow' &&
      Object.keys(statement).every((element) => KNOWN.has(element)) &&
      (readOwn(statement)?.kind ?? gift.kind) === gift.kind &&
      isFor(statement, gift) &&
      isOnAll(statement, target),
  );
  return actionsOf(gift.kind).every((action) =>
    giving.some((statement) => namesAction(listOf(statement.Action), action)),
  );
}

function isFor(statement: Statement, { kind, member }: Gift): boolean {
  const { Principal: principal, Condition: condition } = statement;
  const isFree = Object.keys(condition ?? {}).length === 0;
  if (isFree && isEveryone(principal)) return true;
  if (kind === 'Pull' || kind === 'Push' || kind === 'LambdaAccount') {
    return isFree && principalsOf(principal, 'AWS').some((other) => samePrincipal(other, member));
  }
  if (kind === 'Lambda' && isFree && principalsOf(principal, 'Service').includes(LAMBDA_SERVICE)) {
    return true;
  }
  return membersOf(kind, statement)?.includes(member) ?? false;
}

/** A statement without a Resource applies to the resource of its policy. */
function isOnAll({ Resource: resource }: Statement, target: Target): boolean {
  if (resource === undefined) return true;
  const [arn, patterns] = [targetArn(target), listOf(resource)];
  return target.kind === 'repository'
    ? patterns.some((pattern) => matchesWildcard(arn, pattern))
    : patterns.some((pattern) => matchesAllBelow(arn.slice(0, -1), pattern));
}
