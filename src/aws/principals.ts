// Asks IAM about a role or a user of the identity's own account.
import { principalOf } from '../policy/principal.ts';
import type { FoundPrincipal, Outcome, SimulatedAction, SimulationInput } from '../questions.ts';
import { serviceError } from './failures/service-error.ts';
import { type Asking, type AwsContext, withCredentials } from './with-credentials.ts';

/** A principal that does not exist is an answer, not an error. */
export function findPrincipal(asking: Asking, { arn }: { arn: string }): Promise<Outcome<FoundPrincipal>> {
  const who = principalOf(arn);
  const name = who?.kind === 'role' || who?.kind === 'user' ? who.name : '';
  return withCredentials(asking, 'call', async (credentials, context) => {
    const config = { ...iamConfig(asking, context), credentials };
    const { getRole, getUser } = await import('./calls/iam-calls.ts');
    try {
      const found: { arn: string | undefined; trust?: string | undefined } =
        who?.kind === 'user' ? await getUser(config, name) : await getRole(config, name);
      return {
        exists: true,
        ...(found.arn === undefined ? {} : { arn: found.arn }),
        ...(found.trust === undefined ? {} : { trust: decodeURIComponent(found.trust) }),
      };
    } catch (error) {
      if (serviceError(error)?.name === 'NoSuchEntityException') return { exists: false };
      throw error;
    }
  });
}

export function simulate(
  asking: Asking,
  { arn, actions, resource, region }: SimulationInput,
): Promise<Outcome<SimulatedAction[]>> {
  return withCredentials(asking, 'call', async (credentials, context) => {
    const { simulatePrincipalPolicy } = await import('./calls/iam-calls.ts');
    const results = await simulatePrincipalPolicy(
      { ...iamConfig(asking, context), credentials },
      {
        PolicySourceArn: arn,
        ActionNames: [...actions],
        ResourceArns: [resource],
        ContextEntries: [
          known('aws:RequestedRegion', 'string', region),
          known('aws:SecureTransport', 'boolean', 'true'),
        ],
      },
    );
    return results.map((result): SimulatedAction => {
      const { EvalActionName: action = '', EvalDecision: decision = 'implicitDeny' } = result;
      const deniedBy =
        result.OrganizationsDecisionDetail?.AllowedByOrganizations === false
          ? 'organization'
          : result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false
            ? 'boundary'
            : undefined;
      // For a specific resource, IAM reports the missing values in its result, not at the top.
      const missing = [result, ...(result.ResourceSpecificResults ?? [])].flatMap(
        ({ MissingContextValues: keys = [] }) => keys,
      );
      if (decision === 'allowed') return { action, decision };
      return { action, decision, ...(deniedBy && { deniedBy }), ...(missing.length > 0 && { missing }) };
    });
  });
}

function known(ContextKeyName: string, ContextKeyType: 'string' | 'boolean', value: string) {
  return { ContextKeyName, ContextKeyType, ContextKeyValues: [value] };
}

/** In any region, the SDK's endpoint rules select the one IAM of the partition, and sign for it. */
function iamConfig({ resolution }: Asking, { requestHandler, endpoints }: AwsContext) {
  return { region: resolution.registry.region, requestHandler, ...endpoints.variantFor('iam') };
}
