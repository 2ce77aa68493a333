// Assumes roles through STS, for profiles and for rules, and says which role failed to be assumed by whom.
import type {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  Credentials,
  STSClientConfig,
} from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../errors.ts';
import { AssumeRoleError } from './assume-role-error.ts';

export interface RoleAssumer {
  assumeRole(source: AwsCredentialIdentity, parameters: AssumeRole): Promise<AwsCredentialIdentity>;
  assumeRoleWithWebIdentity(parameters: AssumeRoleWithWebIdentity): Promise<AwsCredentialIdentity>;
}

export type AssumeRole = ConstructorParameters<typeof AssumeRoleCommand>[0];
export type AssumeRoleWithWebIdentity = ConstructorParameters<typeof AssumeRoleWithWebIdentityCommand>[0];

/** Names the SDK makes up where a profile has no role_session_name. */
const SDK_SESSION_NAME = /^aws-sdk-js-(?:session-)?\d+$/;

/** `sessionName` is used where neither rule nor profile gives one, so that CloudTrail shows who it was. */
export function createRoleAssumer(config: STSClientConfig, sessionName: string): RoleAssumer {
  const named = <T extends { RoleSessionName: string | undefined }>(parameters: T): T =>
    parameters.RoleSessionName === undefined || SDK_SESSION_NAME.test(parameters.RoleSessionName)
      ? { ...parameters, RoleSessionName: sessionName }
      : parameters;
  return {
    async assumeRole(source, parameters) {
      const { AssumeRoleCommand, STSClient } = await loadSts();
      const sts = new STSClient({ ...config, credentials: source });
      return failuresOf(parameters.RoleArn, async () => {
        const { Credentials } = await sts.send(new AssumeRoleCommand(named(parameters)));
        return identityFrom(Credentials);
      });
    },
    async assumeRoleWithWebIdentity(parameters) {
      const { AssumeRoleWithWebIdentityCommand, STSClient } = await loadSts();
      const sts = new STSClient(config);
      return failuresOf(parameters.RoleArn, async () => {
        const { Credentials } = await sts.send(new AssumeRoleWithWebIdentityCommand(named(parameters)));
        return identityFrom(Credentials);
      });
    },
  };
}

/** Only where a role is assumed: keys and SSO do not need it. */
function loadSts() {
  return import('@aws-sdk/client-sts');
}

async function failuresOf<T>(roleArn: string | undefined, assume: () => Promise<T>): Promise<T> {
  try {
    return await assume();
  } catch (cause) {
    throw new AssumeRoleError(roleArn ?? '', cause);
  }
}

function identityFrom(credentials: Credentials | undefined): AwsCredentialIdentity {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
    throw new XacctError('service', 'STS answered without credentials', { hint: 'try again' });
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
  };
}
