// Examines a denial from both accounts, if profiles of them are known here: AWS names at most one reason at a time.
import type { CallersOf } from '../callers/callers-of.ts';
import { type Principal, principalOf } from '../policy/principal.ts';
import type { RegistryPolicies, SimulatedAction } from '../questions.ts';
import { actionsFor, type CallerRights, callerRights, repositoryArn, type Wanted } from './caller-rights.ts';
import { administratorOf, attachment, runAs } from './denied-finding.ts';
import type { DeniedFinding, Finding } from './finding.ts';
import { judgeRights, type OwnersView, policiesByOwner } from './registry-rights.ts';
import { callerRightsFinding, registryRightsFinding } from './rights-findings.ts';

/**
 * Returns the finding or the true cause behind it, with everything else that is missing, so that one run of doctor is
 * enough.
 */
export async function examined(
  finding: DeniedFinding,
  wanted: Wanted,
  callersOf: CallersOf,
): Promise<DeniedFinding> {
  const who = principalOf(finding.principal ?? '');
  if (who === undefined || who.kind === 'federated-user') return finding;
  const [{ policies, profile }, rights]: [OwnersView, CallerRights] = await Promise.all([
    who.account === wanted.registry.account
      ? {}
      : policiesByOwner(wanted.registry, wanted.repository, callersOf),
    callerRights(who, wanted, callersOf),
  ]);
  const known = { who, policies, profile, rights, wanted };
  if (finding.side === 'registry') return runAs(ofRegistry(finding, known), rights.profile);
  if (finding.side === 'caller') return runAs(withLacking(finding, rights), rights.profile);
  return finding.side === undefined ? runAs(ofNoSide(finding, known), rights.profile) : finding;
}

/**
 * ECR may allow the start of an upload and deny its end. This checks the rest without putting anything.
 * @param finding of the upload, which has begun.
 */
export async function examinedPush(
  finding: DeniedFinding,
  callerArn: string | undefined,
  wanted: Wanted,
  callersOf: CallersOf,
): Promise<DeniedFinding> {
  const who = principalOf(callerArn ?? '');
  const untried: Finding = {
    ...finding,
    outcome: 'unknown',
    text: `${finding.text}; whether it may be finished (ecr:PutImage) is not known`,
  };
  if (who === undefined || who.kind === 'federated-user') return untried;
  const isOwn = who.account === wanted.registry.account;
  const [{ policies, profile }, rights] = await Promise.all([
    policiesByOwner(wanted.registry, wanted.repository, callersOf),
    callerRights(who, wanted, callersOf),
  ]);
  const { step } = finding;
  const { simulated } = rights;
  const own = simulated && callerRightsFinding(simulated, { wanted, who, step });
  const requests = requestsOf(who, arnOf(who, rights), wanted);
  const judged = policies && judgeRights(policies, requests);
  // Within one account, one side is enough: the registry's policy may give what the caller's own policies lack.
  const mayBeGiven = isOwn && judged?.verdict !== 'denied' && simulated?.denied.every(isOnlyLacking);
  if (own?.outcome === 'failed' && !mayBeGiven) return runAs(own, rights.profile);
  const theirs =
    isOwn || !judged ? undefined : registryRightsFinding(judged, { wanted, who: who.account, step, profile });
  if (theirs?.outcome === 'failed') return theirs;
  return own?.outcome === 'ok' && (isOwn || theirs?.outcome === 'ok') ? finding : untried;
}

/** No policy denies the action; it is only not allowed. */
function isOnlyLacking({ decision, deniedBy }: SimulatedAction): boolean {
  return decision === 'implicitDeny' && deniedBy === undefined;
}

interface Known {
  who: Principal;
  policies: RegistryPolicies | undefined;
  /** The profile that read the policies. */
  profile: string | undefined;
  rights: CallerRights;
  wanted: Wanted;
}

/** The ARN of a session lacks the path of its role, and a policy must name that path. */
function arnOf(who: Principal, { found }: CallerRights): string | undefined {
  if (found?.arn !== undefined) return found.arn;
  return who.kind === 'user' ? `arn:${who.partition}:iam::${who.account}:user/${who.name}` : undefined;
}

function ofRegistry(finding: DeniedFinding, known: Known): DeniedFinding {
  const { who, policies, profile, rights, wanted } = known;
  const principalArn = arnOf(who, rights);
  const only =
    principalArn !== undefined && finding.does === 'grant'
      ? [`To let in no one else of ${who.account}, grant it to ${principalArn}.`]
      : [];
  const plain = withLacking({ ...finding, notes: [...(finding.notes ?? []), ...only] }, rights);
  if (policies === undefined) return plain;
  const requests = requestsOf(who, principalArn, wanted);
  const judged = registryRightsFinding(judgeRights(policies, requests), {
    wanted,
    who: who.account,
    step: finding.step,
    profile,
  });
  // The owner can see whether the repository exists.
  const without = { ...plain, mayBeAbsent: false };
  const { principal, action, resource } = finding;
  if (judged.outcome !== 'failed' || judged.does === finding.does) return without;
  return withLacking(
    { ...judged, ...(principal && { principal }), ...(action && { action }), ...(resource && { resource }) },
    rights,
  );
}

/** AWS gave no reason. If the caller's own side lacks nothing, the registry's side denies. */
function ofNoSide(finding: DeniedFinding, known: Known): DeniedFinding {
  const { who, rights, wanted, policies, profile } = known;
  const { denied = [] } = rights.simulated ?? {};
  if (denied.length > 0) {
    const { by: _, command: __, notes: ___, ...rest } = finding;
    const isOrganizations = denied.some(({ deniedBy }) => deniedBy === 'organization');
    const fix: Partial<Finding> = isOrganizations
      ? { side: 'organization', by: 'an administrator of the organization' }
      : { side: 'caller', by: administratorOf(who.account), ...attachment(who, wanted) };
    return withLacking({ ...rest, ...fix }, rights);
  }
  if (policies === undefined) return finding;
  const requests = requestsOf(who, arnOf(who, rights), wanted);
  const judged = registryRightsFinding(judgeRights(policies, requests), {
    wanted,
    who: who.account,
    step: finding.step,
    profile,
  });
  return judged.outcome === 'failed' ? { ...finding, ...judged, text: finding.text } : finding;
}

function requestsOf(who: Principal, principalArn: string | undefined, wanted: Wanted) {
  const root = `arn:${who.partition}:iam::${who.account}:root`;
  return actionsFor(wanted.push).map((action) => ({
    principalArn: principalArn ?? root,
    account: who.account,
    action,
    resourceArn: repositoryArn(wanted),
  }));
}

function withLacking(finding: DeniedFinding, { simulated }: CallerRights): DeniedFinding {
  const { denied = [] } = simulated ?? {};
  if (denied.length === 0) return finding;
  const actions = denied.map(({ action, decision }) =>
    decision === 'explicitDeny' ? `${action} (denied)` : action,
  );
  const note = `By IAM's simulation, the caller's own side lacks: ${actions.join(', ')}.`;
  return { ...finding, notes: [...(finding.notes ?? []), note] };
}
