// What the policies of a registry's account say about a request, if a profile of that account is known here.
import type { CallersOf } from '../callers/callers-of.ts';
import { type ErrorFields, errorFields, XacctError } from '../errors.ts';
import type { OwnedRegistry } from '../grants/policy-target.ts';
import { type PolicyDocument, parsePolicy } from '../policy/policy-document.ts';
import type { PolicyRequest } from '../policy/request-match.ts';
import { allowsRequest } from '../policy/review.ts';
import type { RegistryPolicies } from '../questions.ts';

/** Both are undefined if no profile of the account may read the policies. */
export interface OwnersView {
  policies?: RegistryPolicies;
  /** The profile that read the policies. */
  profile?: string;
  /** Why the profiles of the account could not ask. */
  failure?: XacctError;
}

/** Reads the policies as the first caller of the account that may read any of them. */
export async function policiesByOwner(
  registry: Pick<OwnedRegistry, 'account'>,
  repository: string,
  callersOf: CallersOf,
): Promise<OwnersView> {
  let failure: XacctError | undefined;
  const onFailure = (error: XacctError) => {
    failure ??= error;
  };
  for await (const owner of callersOf(registry.account, onFailure)) {
    try {
      const policies = await owner.ask('policies', { repository });
      const [own] = 'error' in policies.repositories ? [] : policies.repositories.value;
      if (
        own !== undefined &&
        (!('error' in own.policy) || own.policy.error.code === 'repository-not-found')
      ) {
        return { policies, ...(owner.profile !== undefined && { profile: owner.profile }) };
      }
    } catch (error) {
      if (!(error instanceof XacctError)) throw error;
    }
  }
  return failure === undefined ? {} : { failure };
}

export type Verdict = ReturnType<typeof allowsRequest>;

export interface RegistryRights {
  /** The worst verdict of all requests. */
  verdict: Verdict;
  /** The actions that are not allowed, or may not be. */
  actions: readonly string[];
  /** The registry's policy would allow all of them if its scope were not V1. */
  wantsScope: boolean;
  /** What could not be read: the true verdict may be better. */
  unread?: ErrorFields;
  /** Why there is no verdict: the repository does not exist. */
  absent?: ErrorFields;
}

/** Under policy scope V1, the registry's policy applies neither to pulls nor to pushes. */
export function judgeRights(policies: RegistryPolicies, requests: readonly PolicyRequest[]): RegistryRights {
  const [own] = 'error' in policies.repositories ? [] : policies.repositories.value;
  if (own !== undefined && 'error' in own.policy) {
    return { verdict: 'denied', actions: [], wantsScope: false, absent: own.policy.error };
  }
  const [ofRepository, ofRegistry] = [readIn(own?.policy), readIn(policies.registry)];
  const [repository, registry] = [ofRepository.document, ofRegistry.document];
  const unread = ofRepository.unread ?? ofRegistry.unread;
  const counts = 'error' in policies.scope || policies.scope.value !== 'V1';
  const judged = requests.map((request) => ({
    action: request.action,
    verdict: allowsRequest(counts ? [repository, registry] : [repository], request),
    underV2: allowsRequest([repository, registry], request),
  }));
  const bad = judged.filter(({ verdict }) => verdict !== 'allowed');
  const worst = (['explicit-deny', 'denied', 'conditional'] as const).find((verdict) =>
    bad.some((one) => one.verdict === verdict),
  );
  return {
    verdict: worst ?? 'allowed',
    actions: [...new Set(bad.map(({ action }) => action))],
    wantsScope: !counts && bad.length > 0 && bad.every(({ underV2 }) => underV2 === 'allowed'),
    ...(unread && { unread }),
  };
}

/** A policy that this program cannot parse counts as unread, so that doctor can continue. */
function readIn(answer: RegistryPolicies['registry'] = { value: undefined }): {
  document?: PolicyDocument;
  unread?: ErrorFields;
} {
  if ('error' in answer) return { unread: answer.error };
  if (answer.value === undefined) return {};
  try {
    return { document: parsePolicy(answer.value, 'the policy') };
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    return { unread: errorFields(error) };
  }
}
