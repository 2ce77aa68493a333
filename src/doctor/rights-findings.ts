// Turns the rights of either account into findings of doctor.
import { errorFrom, errorText } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import type { Principal } from '../policy/principal.ts';
import type { Simulated, Wanted } from './caller-rights.ts';
import { administratorOf, attachment } from './denied-finding.ts';
import { type DeniedFinding, type DoctorStep, type Finding, failedFinding } from './finding.ts';
import type { RegistryRights } from './registry-rights.ts';

export interface RightsOf {
  wanted: Wanted;
  /** As `ecr-xacct grant` accepts it. */
  who: string;
  step: DoctorStep;
  /** A profile of the registry's account, if one is known here. */
  profile?: string | undefined;
}

/** From the policies of the registry's account. */
export function registryRightsFinding(
  rights: RegistryRights,
  { wanted, who, step, profile }: RightsOf,
): DeniedFinding {
  const { registry, repository, push } = wanted;
  const place = `${registry.hostname}/${repository}`;
  const by = administratorOf(registry.account);
  const { verdict, actions, wantsScope, absent, unread } = rights;
  if (absent !== undefined) return { ...failedFinding(step, absent, 'image'), lacks: 'repository' };
  if (verdict === 'allowed') {
    return { step, outcome: 'ok', text: `the policies of ${registry.account} let ${who} in` };
  }
  const lacking = actions.join(', ');
  const failed = { step, outcome: 'failed', side: 'registry', by } as const;
  if (wantsScope) {
    return {
      ...failed,
      text: `the registry's policy lets ${who} in, but its scope is V1, under which it counts neither for pulls nor for pushes`,
      command: commandText(
        command`aws ecr put-account-setting --region ${registry.region} --name REGISTRY_POLICY_SCOPE --value V2 ${profile === undefined ? [] : ['--profile', profile]}`,
      ),
      does: 'upgrade-scope',
      notes: [`Every statement of it counts then: see ecr-xacct access ${registry.hostname}`],
    };
  }
  if (verdict === 'explicit-deny') {
    const text = `a Deny in the policies of ${registry.account} keeps ${who} from ${lacking}`;
    return { ...failed, text, command: `ecr-xacct access ${place}`, does: 'look' };
  }
  if (verdict === 'conditional') {
    const text = `whether ${who} may do ${lacking} depends on a condition in the policies of ${registry.account}`;
    return { step, outcome: 'unknown', text, by, command: `ecr-xacct access ${place}` };
  }
  const grant = `ecr-xacct grant ${who} --on ${place}${push ? ' --push' : ''}`;
  if (unread !== undefined) {
    const text = `no policy of ${registry.account} that was read lets ${who} do ${lacking}; if the others do not, its owner grants it`;
    return {
      step,
      outcome: 'unknown',
      text,
      by,
      command: grant,
      notes: [`Not read: ${errorText(errorFrom(unread))}`],
    };
  }
  return {
    ...failed,
    text: `no policy of ${registry.account} lets ${who} do ${lacking}`,
    command: grant,
    does: 'grant',
  };
}

export interface CallerRightsOf {
  wanted: Wanted;
  who: Principal;
  step: DoctorStep;
  /** The AWS managed policy that is enough; undefined for ECR's own. */
  policy?: string;
}

/** From IAM's simulation of the principal's own policies. */
export function callerRightsFinding(
  { denied, uncertain }: Simulated,
  { wanted, who, step, policy }: CallerRightsOf,
): Finding {
  const [first] = denied;
  if (first === undefined && uncertain.length > 0) {
    const keys = [...new Set(uncertain.flatMap(({ missing = [] }) => missing))].join(', ');
    const what = uncertain.map(({ action }) => action).join(', ');
    const text = `whether its own policies let it do ${what} depends on ${keys}, which a simulation cannot know`;
    return { step, outcome: 'unknown', text };
  }
  if (first === undefined) {
    const text = `its own policies let it ${wanted.push ? 'push and pull' : 'get a token and pull'}`;
    return { step, outcome: 'ok', text };
  }
  const actions = denied.map(({ action }) => action).join(', ');
  const failed = { step, outcome: 'failed', action: first.action } as const;
  if (denied.some(({ deniedBy }) => deniedBy === 'organization')) {
    const text = `a service control policy does not allow ${actions}`;
    return { ...failed, side: 'organization', by: 'an administrator of the organization', text };
  }
  const side = { side: 'caller', by: administratorOf(who.account) } as const;
  if (denied.some(({ deniedBy }) => deniedBy === 'boundary')) {
    return { ...failed, ...side, text: `its permissions boundary does not allow ${actions}` };
  }
  if (denied.some(({ decision }) => decision === 'explicitDeny')) {
    return { ...failed, ...side, text: `a Deny of its own policies denies ${actions}` };
  }
  const text = `its own policies do not allow ${actions}`;
  return { ...failed, ...side, text, ...attachment(who, wanted, policy) };
}
