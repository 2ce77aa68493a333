// What a principal's identity policies allow, as IAM simulates it, if a profile of its account may ask.
import type { CallersOf } from '../callers/callers-of.ts';
import { orError, XacctError } from '../errors.ts';
import type { OwnedRegistry } from '../grants/policy-target.ts';
import { NEEDED_PULL_ACTIONS, PUSH_ACTIONS } from '../policy/actions.ts';
import type { Principal } from '../policy/principal.ts';
import type { FoundPrincipal, SimulatedAction } from '../questions.ts';

/** What could be found out; the rest is undefined. */
export interface CallerRights {
  /** The profile that was used to ask. */
  profile?: string;
  found?: FoundPrincipal;
  /** Undefined if no profile here may simulate the policies. */
  simulated?: Simulated;
  /** Why the profiles of the account could not ask. */
  failure?: XacctError;
}

export interface Simulated {
  denied: readonly SimulatedAction[];
  /** Not allowed in the simulation, because it lacks values that only the real request has. */
  uncertain: readonly SimulatedAction[];
}

export interface Wanted {
  registry: OwnedRegistry;
  repository: string;
  push: boolean;
}

/** The actions of a pull or of a push. GetAuthorizationToken is not among them. */
export function actionsFor(push: boolean): readonly string[] {
  return push ? [...new Set([...NEEDED_PULL_ACTIONS, ...PUSH_ACTIONS])] : NEEDED_PULL_ACTIONS;
}

export function repositoryArn({ registry, repository }: Wanted): string {
  const { partition, region, account } = registry;
  return `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
}

/** Asks each caller of the principal's account in turn until everything is known. */
export async function callerRights(
  who: Principal,
  wanted: Wanted,
  callersOf: CallersOf,
): Promise<CallerRights> {
  if (who.kind !== 'role' && who.kind !== 'user') return {};
  let rights: CallerRights = {};
  const onFailure = (failure: XacctError) => {
    rights = { failure, ...rights };
  };
  for await (const caller of callersOf(who.account, onFailure)) {
    const named = `arn:${who.partition}:iam::${who.account}:${who.kind}/${who.name}`;
    const found = rights.found ?? (await orNothing(() => caller.ask('principal', { arn: named })));
    const { profile } = caller;
    const as = profile === undefined ? {} : { profile };
    rights = { ...rights, ...(found && { ...as, ...rights, found }) };
    if (found?.exists === false) return rights;
    const arn = found?.arn ?? named;
    const simulated = await orNothing(async (): Promise<Simulated> => {
      const simulate = (actions: readonly string[], resource: string) =>
        caller.ask('simulation', { arn, actions, resource, region: wanted.registry.region });
      const [token, repository] = await Promise.all([
        simulate(['ecr:GetAuthorizationToken'], '*'),
        simulate(actionsFor(wanted.push), repositoryArn(wanted)),
      ]);
      const lacking = [...token, ...repository].filter(({ decision }) => decision !== 'allowed');
      return {
        denied: lacking.filter(({ missing }) => missing === undefined),
        uncertain: lacking.filter(({ missing }) => missing !== undefined),
      };
    });
    if (simulated !== undefined) return { ...rights, ...as, simulated };
  }
  return rights;
}

/** A caller that may not ask does not stop the others. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  const answer = await orError(ask);
  return answer instanceof XacctError ? undefined : answer;
}
