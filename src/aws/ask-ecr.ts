// Asks ECR about a registry as the identity of the job, and separates its answers from its failures.
import type { ECRClientConfig } from '@aws-sdk/client-ecr';
import { errorFields, type XacctError } from '../errors.ts';
import type { Answered, Outcome } from '../questions.ts';
import { endpointVariant } from './calls/request-token.ts';
import { policyFailure } from './failures/policy-failure.ts';
import { serviceError } from './failures/service-error.ts';
import { type Asking, type AwsContext, withCredentials } from './with-credentials.ts';

export async function answeredOr<T>(
  call: Promise<T>,
  explain: (error: unknown) => XacctError,
): Promise<Answered<T>> {
  try {
    return { value: await call };
  } catch (error) {
    return { error: errorFields(explain(error)) };
  }
}

/** `registryId`: the account of the registry, if its hostname contains it. */
export function withEcr<T>(
  asking: Asking,
  use: (
    config: ECRClientConfig,
    registryId: string | undefined,
    explain: AwsContext['explain'],
  ) => Promise<T>,
): Promise<Outcome<T>> {
  const { registry, identity } = asking.resolution;
  const profile = identity.kind === 'profile' ? identity.profile : undefined;
  return withCredentials(asking, 'call', async (credentials, { requestHandler, endpoints, explain }) => {
    const variant = endpointVariant(registry, endpoints);
    const config = { region: registry.region, credentials, requestHandler, ...variant };
    const explainEcr = (error: unknown) => policyFailure(error, registry, profile) ?? explain(error);
    try {
      return await use(config, registry.account, explainEcr);
    } catch (error) {
      throw explainEcr(error);
    }
  });
}

/** `undefined` if AWS answers with the error `absence`, which means that the object does not exist. */
export async function noneIf<T>(absence: string | RegExp, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (serviceError(error)?.name.match(absence)) return undefined;
    throw error;
  }
}
