// GetAuthorizationToken of ECR. In a file of its own, so that a mint loads and the bundler keeps only this call.
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { defaultEndpoint } from '../connection/endpoints.ts';
import type { TokenCall } from './token-call.ts';

export const ecrToken: TokenCall = {
  async get(config) {
    // Without the deprecated registryIds: the token works on every registry of the region that the principal may use.
    const { authorizationData } = await new ECRClient(config).send(new GetAuthorizationTokenCommand({}));
    return authorizationData?.[0];
  },
  endpoint: (config) => defaultEndpoint(new ECRClient(config)),
};
