// The one call of ECR's API, apart from its caller so that a mint loads only it, and the bundler only what it needs of the SDK.
import {
  type AuthorizationData,
  ECRClient,
  type ECRClientConfig,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { defaultEndpoint } from '../connection/endpoints.ts';

/** @throws the SDK's errors. */
export async function getAuthorizationToken(config: ECRClientConfig): Promise<AuthorizationData | undefined> {
  // Without the deprecated registryIds: the token works on every registry of the region that the principal may use.
  const { authorizationData } = await new ECRClient(config).send(new GetAuthorizationTokenCommand({}));
  return authorizationData?.[0];
}

/** Where the SDK calls for it, but at a custom endpoint. */
export function tokenEndpoint(config: ECRClientConfig): Promise<URL> {
  return defaultEndpoint(new ECRClient(config));
}
