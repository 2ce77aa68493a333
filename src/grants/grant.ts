// `ecr-xacct grant`: lets others in, and says what it means for them.
import type { AwsCaller } from '../callers/ask-as.ts';
import { printable } from '../errors.ts';
import type { Run } from '../invocation.ts';
import type { Access } from '../policy/access.ts';
import { grantAccess } from '../policy/grant.ts';
import { describeGrantee } from '../policy/grantee.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { keptOutBy } from '../policy/revoke.ts';
import { describeTarget } from '../policy/target.ts';
import type { ChangeDocument, PolicyChange } from './change-policy.ts';
import { findMissing } from './missing-principal.ts';
import { policyStore, readStore } from './policy-store.ts';
import type { PolicyTarget } from './policy-target.ts';
import { type GrantedScope, settleScope, upgradeScope } from './registry-scope.ts';
import {
  type ChangeRequest,
  carryOut,
  type GrantOptions,
  isOffline,
  ownerOf,
  parseRequest,
  showOffline,
} from './request.ts';

/** @throws XacctError; nothing was written then, or the message says what was. */
export async function grant(principals: readonly string[], options: GrantOptions, run: Run): Promise<void> {
  const request = parseRequest('grant', principals, options, run);
  const change: ChangeDocument = (document) => grantAccess(document, request.access);
  // A lambda that is to push is refused before anything is asked.
  change(undefined);
  if (isOffline(options)) return showOffline(request, change);
  const owner = await ownerOf(request);
  const scope = await settleScope(owner, request);
  const missing = options.json
    ? undefined
    : await findMissing(request.access.grantees, request.where.registry, run.invocation);
  if (missing !== undefined && options.wait === undefined) throw missing;
  const changed = await carryOut(request, owner, change);
  if (changed === 'shown') return;
  await finish(request, owner, scope, changed);
}

async function finish(
  request: ChangeRequest,
  owner: AwsCaller,
  scope: GrantedScope,
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
  await upgradeScope(owner, scope, request);
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

/** What grant cannot do: the other half is in another account. */
function otherSideText(access: Access): string {
  const { grantees, push, target } = access;
  if (isOfFunctions(access)) return `The functions must be in ${target.region}, too.`;
  if (grantees.every((grantee) => grantee.kind !== 'organization' && grantee.account === target.account)) {
    return `Within ${target.account}, which the registry is of, their own policies would do\nwithout this.`;
  }
  const policy = push ? 'AmazonEC2ContainerRegistryPowerUser' : 'AmazonEC2ContainerRegistryPullOnly';
  return `Their own side must allow it, too: there, the managed policy\n${policy} does.`;
}

function exampleImage({ registry, target }: PolicyTarget): string {
  return `${registry.hostname}/${target.kind === 'repository' ? target.name : `${target.name}REPOSITORY`}`;
}
