// Whether a statement may give a grantee some access (if this is unclear: yes), for the warning that it still does.
import type { Grantee, Target } from './access.ts';
import { isAbout, NEEDED_PULL_ACTIONS } from './actions.ts';
import { judgeConditions, type Known, type KnownValue } from './conditions.ts';
import { isEveryone, principalsOf } from './own-statement.ts';
import { listOf, type Statement } from './policy-document.ts';
import { accountOf, isSessionOf, LAMBDA_SERVICE, samePrincipal, wholeAccount } from './principal.ts';
import { targetArn } from './target.ts';
import { matchesAllBelow, matchesSomeBelow, matchesWildcard } from './wildcard.ts';

/** A possible caller: the principals that name it, and the values of its condition keys. */
interface Asker {
  isNamed(principal: Statement['Principal']): boolean;
  /** Whether NotPrincipal with these excludes all of it. */
  isExcepted(principal: Statement['Principal']): boolean;
  known: Known;
  actions: readonly string[];
}

/** Any of the actions, on any repository of the target. */
export function mayGive(
  statement: Statement,
  grantee: Grantee,
  actions: readonly string[],
  target: Target,
): boolean {
  if (statement.Effect !== 'Allow' || !isOnSome(statement, target)) return false;
  return askersOf(grantee, actions, target).some(
    (asker) =>
      isFor(statement, asker) &&
      asker.actions.some((action) => isAbout(statement, action)) &&
      judgeConditions(statement.Condition, asker.known) !== 'no',
  );
}

function askersOf(grantee: Grantee, actions: readonly string[], target: Target): Asker[] {
  switch (grantee.kind) {
    case 'organization': {
      const known = new Map([['aws:principalorgid', grantee.id]]);
      return [{ isNamed: isEveryone, isExcepted: isEveryone, known, actions }];
    }
    case 'principal': {
      const { arn, account } = grantee;
      const isIt = (other: string) =>
        samePrincipal(other, arn) || wholeAccount(other) === account || isSessionOf(other, arn);
      const known = new Map([
        ['aws:principalarn', arn],
        ['aws:principalaccount', account],
      ]);
      const isExcepted = among('AWS', (other) => samePrincipal(other, arn));
      return [{ isNamed: among('AWS', isIt), isExcepted, known, actions }];
    }
    case 'account':
      return [anyoneOf(grantee.account, actions, target)];
    case 'lambda':
      return [anyoneOf(grantee.account, actions, target), functionsOf(grantee.account, target)];
  }
}

function anyoneOf(account: string, actions: readonly string[], { partition }: Target): Asker {
  const known = new Map<string, KnownValue>([
    ['aws:principalarn', { below: `arn:${partition}:iam::${account}:` }],
    ['aws:principalaccount', account],
  ]);
  return {
    isNamed: among('AWS', (other) => accountOf(other) === account),
    isExcepted: among('AWS', (other) => wholeAccount(other) === account),
    known,
    actions,
  };
}

function functionsOf(account: string, { partition, region }: Target): Asker {
  const known = new Map<string, KnownValue>([
    ['aws:sourcearn', { below: `arn:${partition}:lambda:${region}:${account}:function:` }],
    ['aws:sourceaccount', account],
  ]);
  const isService = among('Service', (other) => other === LAMBDA_SERVICE);
  return { isNamed: isService, isExcepted: isService, known, actions: NEEDED_PULL_ACTIONS };
}

/** Whether the principal is everyone, or has one of this kind. */
function among(kind: 'AWS' | 'Service', isIt: (principal: string) => boolean) {
  return (principal: Statement['Principal']) =>
    isEveryone(principal) || principalsOf(principal, kind).some(isIt);
}

function isFor({ Principal: principal, NotPrincipal: others }: Statement, asker: Asker): boolean {
  return others === undefined ? asker.isNamed(principal) : !asker.isExcepted(others);
}

function isOnSome({ Resource: resource, NotResource: others }: Statement, target: Target): boolean {
  const arn = targetArn(target);
  const [isAll, isSome] =
    target.kind === 'repository' ? [matchesWildcard, matchesWildcard] : [matchesAllBelow, matchesSomeBelow];
  const place = target.kind === 'repository' ? arn : arn.slice(0, -1);
  const isExcepted = listOf(others).some((pattern) => isAll(place, pattern));
  return (
    !isExcepted && (resource === undefined || listOf(resource).some((pattern) => isSome(place, pattern)))
  );
}
