// What ECR and ECR Public are both asked: a token, from one client or the other.
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ClientConfig } from '../connection/connection.ts';

export type TokenClientConfig = ClientConfig & { region: string };

export interface TokenCall {
  /** @throws the SDK's errors. */
  get(
    config: TokenClientConfig & { credentials: AwsCredentialIdentity },
  ): Promise<{ authorizationToken?: string | undefined; expiresAt?: Date | undefined } | undefined>;
  /** Where the SDK calls for it, unless there is a custom endpoint. */
  endpoint(config: TokenClientConfig): Promise<URL>;
}
