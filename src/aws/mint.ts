// Mints one ECR authorization token: credentials of the identity, then GetAuthorizationToken in the registry's region.
import type { Outcome, Token } from '../questions.ts';
import { endpointVariant, requestToken, tokenOrigin } from './calls/request-token.ts';
import { type Asking, type AwsContext, withCredentials } from './with-credentials.ts';

export function mintToken(asking: Asking): Promise<Outcome<Token>> {
  const { registry } = asking.resolution;
  const clientOf = ({ endpoints, requestHandler }: AwsContext) => ({
    region: registry.region,
    requestHandler,
    ...endpointVariant(registry, endpoints),
  });
  return withCredentials(
    asking,
    'token',
    (credentials, context) =>
      requestToken(registry, { ...clientOf(context), credentials }, context.answeredAt),
    (context) => {
      if (context.endpoints.isCustom('ecr', 'ecr_public')) return;
      // If the connection cannot be opened early, the request opens it.
      tokenOrigin(registry, clientOf(context))
        .then(context.openEarly)
        .catch(() => {});
    },
  );
}
