// The one call of ECR Public's API, apart as ECR's is.
import {
  type AuthorizationData,
  ECRPUBLICClient,
  type ECRPUBLICClientConfig,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';

/** @throws the SDK's errors. */
export async function getPublicAuthorizationToken(
  config: ECRPUBLICClientConfig,
): Promise<AuthorizationData | undefined> {
  const { authorizationData } = await new ECRPUBLICClient(config).send(new GetAuthorizationTokenCommand({}));
  return authorizationData;
}
