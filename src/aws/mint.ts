// Mints one ECR authorization token: credentials of the identity, then GetAuthorizationToken in the registry's region.
import type { Outcome, Token } from '../questions.ts';
import { endpointVariant, requestToken } from './calls/request-token.ts';
import { type Asking, withCredentials } from './with-credentials.ts';

export function mintToken(asking: Asking): Promise<Outcome<Token>> {
  const { registry } = asking.resolution;
  return withCredentials(asking, 'token', (credentials, { endpoints, requestHandler, answeredAt }) =>
    requestToken(registry, credentials, answeredAt, {
      requestHandler,
      ...endpointVariant(registry, endpoints),
    }),
  );
}
