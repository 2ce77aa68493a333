// The calls of STS, apart as ECR's is: keys and SSO do not need them.
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

/** @throws the SDK's errors. */
export async function assumeRole(
  config: STSClientConfig,
  input: AssumeRoleCommandInput,
): Promise<Credentials | undefined> {
  return (await new STSClient(config).send(new AssumeRoleCommand(input))).Credentials;
}

/** @throws the SDK's errors. */
export async function assumeRoleWithWebIdentity(
  config: STSClientConfig,
  input: AssumeRoleWithWebIdentityCommandInput,
): Promise<Credentials | undefined> {
  return (await new STSClient(config).send(new AssumeRoleWithWebIdentityCommand(input))).Credentials;
}

/** @throws the SDK's errors. */
export async function getSessionToken(
  config: STSClientConfig,
  input: GetSessionTokenCommandInput,
): Promise<Credentials | undefined> {
  return (await new STSClient(config).send(new GetSessionTokenCommand(input))).Credentials;
}

/** @throws the SDK's errors. */
export async function getCallerIdentity(config: STSClientConfig): Promise<GetCallerIdentityCommandOutput> {
  return await new STSClient(config).send(new GetCallerIdentityCommand({}));
}
