// The one call of ECR Public's API, apart as ECR's is.
import {
  type AuthorizationData,
  ECRPUBLICClient,
  type ECRPUBLICClientConfig,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';
import { defaultEndpoint } from '../connection/endpoints.ts';

/** @throws the SDK's errors. */
export async function getAuthorizationToken(
  config: ECRPUBLICClientConfig,
): Promise<AuthorizationData | undefined> {
  const { authorizationData } = await new ECRPUBLICClient(config).send(new GetAuthorizationTokenCommand({}));
  return authorizationData;
}

/** Where the SDK calls for it, but at a custom endpoint. */
export function tokenEndpoint(config: ECRPUBLICClientConfig): Promise<URL> {
  return defaultEndpoint(new ECRPUBLICClient(config));
}
