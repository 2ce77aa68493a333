// Assumes roles through STS for profiles and rules. An error names the role and the identity that failed to assume it.
import type {
  AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommandInput,
  STSClientConfig,
} from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { AssumeRoleError } from '../failures/service-error.ts';
import type { Mfa } from './mfa.ts';

export interface RoleAssumer {
  assumeRole(
    source: AwsCredentialIdentity,
    parameters: AssumeRoleCommandInput,
  ): Promise<AwsCredentialIdentity>;
  assumeRoleWithWebIdentity(
    parameters: AssumeRoleWithWebIdentityCommandInput,
  ): Promise<AwsCredentialIdentity>;
}

/** `sessionName`: used if neither rule nor profile sets one, so that CloudTrail shows the user. */
export function createRoleAssumer(config: STSClientConfig, sessionName: string, mfa: Mfa): RoleAssumer {
  const named = <T extends { RoleSessionName: string | undefined }>(parameters: T): T => ({
    ...parameters,
    RoleSessionName: parameters.RoleSessionName ?? sessionName,
  });
  return {
    assumeRole: (source, parameters) =>
      failuresOf(parameters.RoleArn, async () => {
        const { assumeRole } = await import('../calls/sts-calls.ts');
        const proven = await mfa.prove(source, named(parameters));
        return await assumeRole({ ...config, credentials: proven.credentials }, proven.parameters);
      }),
    assumeRoleWithWebIdentity: (parameters) =>
      failuresOf(parameters.RoleArn, async () => {
        const { assumeRoleWithWebIdentity } = await import('../calls/sts-calls.ts');
        return await assumeRoleWithWebIdentity(config, named(parameters));
      }),
  };
}

async function failuresOf<T>(roleArn: string | undefined, assume: () => Promise<T>): Promise<T> {
  try {
    return await assume();
  } catch (cause) {
    throw new AssumeRoleError(roleArn ?? '', cause);
  }
}
