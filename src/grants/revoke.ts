// `ecr-xacct revoke`: removes what grant added, and reports what else still gives access.
import type { AwsCaller } from '../callers/ask-as.ts';
import type { Run } from '../invocation.ts';
import { describeGrantee } from '../policy/grantee.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { revokeAccess, stillAllowedBy } from '../policy/revoke.ts';
import { describeTarget } from '../policy/target.ts';
import type { Answered } from '../questions.ts';
import { screenOf } from '../terminal/screen.ts';
import { notes } from '../terminal/table.ts';
import type { ChangeDocument } from './change-policy.ts';
import { answerIn, policyName } from './policy-store.ts';
import { repositoryOf } from './policy-target.ts';
import {
  type ChangeRequest,
  carryOut,
  isOffline,
  ownerOf,
  type PolicyChangeOptions,
  parseRequest,
  showOffline,
} from './request.ts';

/** @throws XacctError */
export async function revoke(
  principals: readonly string[],
  options: PolicyChangeOptions,
  run: Run,
): Promise<void> {
  const request = parseRequest('revoke', principals, options, run);
  const change: ChangeDocument = (document) => revokeAccess(document, request.access);
  if (isOffline(options)) return showOffline(request, change);
  const found = await ownerOf(request);
  const { owner } = found;
  const changed = await carryOut(request, found, change);
  if (changed === 'shown') return;
  const { stdout } = run.streams;
  const { access } = request;
  const others = await othersLettingIn(request, owner);
  const from = `${describeTarget(access.target)} from ${access.grantees.map(describeGrantee).join(', ')}`;
  const what = options.push ? 'pushing' : 'access';
  stdout.write(
    changed === undefined
      ? `Nothing to revoke: there is no grant of ${what} to ${from}.\n`
      : `Revoked: ${what} to ${from}.\n`,
  );
  const screen = screenOf(stdout, run.invocation.env);
  stdout.write(
    notes(
      others.map((other) => ({ note: `Note: ${other}` })),
      screen,
    ),
  );
  if (options.push) stdout.write('Pulling stays granted: to take back everything, omit --push.\n');
}

/** The other statements that may still give access, in the changed policy or the registry's; one line each. */
async function othersLettingIn({ access, where }: ChangeRequest, owner: AwsCaller): Promise<string[]> {
  const repository = repositoryOf(where);
  const { registry, repositories, scope } = await owner.ask('policies', { repository });
  const ofRegistry = policyName(undefined);
  const told = (policy: Answered<string | undefined>, name: string) => {
    const text = answerIn(policy);
    const sids = stillAllowedBy(text === undefined ? undefined : parsePolicy(text, name), access);
    return sids.map((sid) => `${sid} in ${name} still lets them, or some of them, in; it stays as it is.`);
  };
  if (repository === undefined) return told(registry, ofRegistry);
  const own = answerIn(repositories).flatMap(({ policy }) => told(policy, policyName(repository)));
  // Under scope V1, the registry's policy does not apply to pulls and pushes.
  if (!('error' in scope) && scope.value === 'V1') return own;
  // A caller that may change a repository's policy may not be allowed to read the registry's.
  const error = 'error' in registry ? registry.error : undefined;
  const unread = `${ofRegistry} may let them in, too; it could not be read: ${error?.message}`;
  return [...own, ...(error === undefined ? told(registry, ofRegistry) : [unread])];
}
