// GetAuthorizationToken of ECR Public. In a file of its own, so that only its mints load the client.
import { ECRPUBLICClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr-public';
import { defaultEndpoint } from '../connection/endpoints.ts';
import type { TokenCall } from './token-call.ts';

export const ecrPublicToken: TokenCall = {
  async get(config) {
    const { authorizationData } = await new ECRPUBLICClient(config).send(
      new GetAuthorizationTokenCommand({}),
    );
    return authorizationData;
  },
  endpoint: (config) => defaultEndpoint(new ECRPUBLICClient(config)),
};
