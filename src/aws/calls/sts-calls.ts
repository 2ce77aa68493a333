// The calls of STS. In a file of their own, because keys and SSO do not need them.
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  type Credentials,
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandOutput,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts';
import { XacctError } from '../../errors.ts';
import { refuseIfTooLong } from './too-long.ts';

interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** @throws XacctError `service` if the answer has no credentials; the SDK's errors. */
export async function assumeRole(
  config: STSClientConfig,
  input: AssumeRoleCommandInput,
): Promise<SessionCredentials> {
  return credentialsFrom(await new STSClient(config).send(new AssumeRoleCommand(input)));
}

/** @throws XacctError `service` if the answer has no credentials; the SDK's errors. */
export async function assumeRoleWithWebIdentity(
  config: STSClientConfig,
  input: AssumeRoleWithWebIdentityCommandInput,
): Promise<SessionCredentials> {
  return credentialsFrom(await new STSClient(config).send(new AssumeRoleWithWebIdentityCommand(input)));
}

/** @throws XacctError `service` if the answer has no credentials; the SDK's errors. */
export async function getSessionToken(
  config: STSClientConfig,
  input: GetSessionTokenCommandInput,
): Promise<SessionCredentials> {
  return credentialsFrom(await new STSClient(config).send(new GetSessionTokenCommand(input)));
}

/** @throws the SDK's errors. */
export async function getCallerIdentity(config: STSClientConfig): Promise<GetCallerIdentityCommandOutput> {
  return await new STSClient(config).send(new GetCallerIdentityCommand({}));
}

function credentialsFrom({
  Credentials: credentials,
}: {
  Credentials?: Credentials | undefined;
}): SessionCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new XacctError('service', 'STS answered without credentials', { hint: { say: 'try again' } });
  }
  refuseIfTooLong('STS', AccessKeyId, SecretAccessKey, SessionToken);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
