// The interface that the clients of ECR and of ECR Public share: get a token.
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ClientConfig } from '../connection/connection.ts';

export type TokenClientConfig = ClientConfig & { region: string };

export interface TokenCall {
  /** @throws the SDK's errors. */
  get(
    config: TokenClientConfig & { credentials: AwsCredentialIdentity },
  ): Promise<{ authorizationToken?: string | undefined; expiresAt?: Date | undefined } | undefined>;
  /** The URL that the SDK calls, unless there is a custom endpoint. */
  endpoint(config: TokenClientConfig): Promise<URL>;
}
