// `ecr-xacct grant`: gives principals access, and shows what they must still do.
import type { AwsCaller } from '../callers/ask-as.ts';
import { orError, printable, XacctError } from '../errors.ts';
import type { Run } from '../invocation.ts';
import type { Access } from '../policy/access.ts';
import { grantAccess } from '../policy/grant.ts';
import { describeGrantee } from '../policy/grantee.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { keptOutBy } from '../policy/revoke.ts';
import { describeTarget } from '../policy/target.ts';
import type { RegistryPolicies } from '../questions.ts';
import type { ChangeDocument, PolicyChange } from './change-policy.ts';
import { findMissing } from './missing-principal.ts';
import { policyStore, readStore } from './policy-store.ts';
import type { PolicyTarget } from './policy-target.ts';
import { afterUpgrade, settleScope, upgradeScope } from './registry-scope.ts';
import {
  type ChangeRequest,
  carryOut,
  type GrantOptions,
  isOffline,
  ownerOf,
  parseRequest,
  showOffline,
  withOption,
} from './request.ts';

/** @throws XacctError before anything was written, or with a message that says what was. */
export async function grant(principals: readonly string[], options: GrantOptions, run: Run): Promise<void> {
  const request = parseRequest('grant', principals, options, run);
  const change: ChangeDocument = (document) => grantAccess(document, request.access);
  // Refuses a push for Lambda before AWS or the user is asked.
  change(undefined);
  if (isOffline(options)) return showOffline(request, change);
  const found = await ownerOf(request);
  const { owner } = found;
  const scope = await settleScope(found.answer, request);
  const missing = options.json
    ? undefined
    : await findMissing(request.access.grantees, request.where.registry, run.invocation, request.typed);
  if (missing !== undefined && options.wait === undefined) throw missing;
  let isUpgraded = false;
  const prepare = async () => {
    if (scope === 'keep' || isUpgraded) return;
    await upgradeScope(owner, request);
    isUpgraded = true;
  };
  const changed = await orError(() => carryOut(request, found, change, prepare));
  if (changed instanceof XacctError) {
    throw isUpgraded ? afterUpgrade(changed) : withScope(changed, request, found.answer);
  }
  if (changed === 'shown') return;
  // The policy may already be right, and only the scope wrong.
  await prepare();
  await finish(request, owner, changed);
}

/** ECR gives the same error for an unknown principal and for a policy that scope V1 does not accept. */
function withScope(
  failure: XacctError,
  { access, options, typed }: ChangeRequest,
  { scope }: RegistryPolicies,
): XacctError {
  const isUnknown = access.target.kind === 'prefix' && 'error' in scope && !options.upgradeScope;
  if (failure.code !== 'principal-not-found' || !isUnknown) return failure;
  const upgrade = { say: 'if its scope is V1', run: withOption(typed, '--upgrade-scope') };
  return failure.reworded(failure.message, { ...failure.hint, next: upgrade });
}

async function finish(
  request: ChangeRequest,
  owner: AwsCaller,
  changed: PolicyChange | undefined,
): Promise<void> {
  const { run, access, where } = request;
  const { stdout } = run.streams;
  const may = changed === undefined ? 'Nothing to change' : 'Granted';
  const whom = access.grantees.map(describeGrantee).join(', ');
  const what = `${access.push ? 'pull from and push to' : 'pull from'} ${describeTarget(access.target)}`;
  stdout.write(`${may}: ${whom} may ${what}.\n`);
  const store = policyStore(owner, where.target);
  const document =
    changed?.after === undefined ? await readStore(store) : parsePolicy(changed.after, store.name);
  for (const sid of keptOutBy(document, access)) {
    stdout.write(`Warning: ${printable(sid)} is a Deny in the same policy, and may keep them out.\n`);
  }
  stdout.write(
    `\n${otherSideText(access)}\nThey can check it with:\n  ecr-xacct doctor ${exampleImage(where)}${checkOptions(access)}\n`,
  );
}

function isOfFunctions({ grantees }: Access): boolean {
  return grantees.every(({ kind }) => kind === 'lambda');
}

function checkOptions(access: Access): string {
  if (isOfFunctions(access)) return ` --for lambda --region ${access.target.region}`;
  return access.push ? ' --push' : '';
}

/** The part that grant cannot do, because it is in the other account. */
function otherSideText(access: Access): string {
  const { grantees, push, target } = access;
  if (isOfFunctions(access)) return `The functions must be in ${target.region}, too.`;
  if (grantees.every((grantee) => grantee.kind !== 'organization' && grantee.account === target.account)) {
    return `They are of ${target.account}, the registry's own account: their own policies are\nenough, without this.`;
  }
  const policy = push ? 'AmazonEC2ContainerRegistryPowerUser' : 'AmazonEC2ContainerRegistryPullOnly';
  return `Their own account must allow it, too, by the managed policy\n${policy}.`;
}

function exampleImage({ registry, target }: PolicyTarget): string {
  return `${registry.hostname}/${target.kind === 'repository' ? target.name : `${target.name}REPOSITORY`}:TAG`;
}
