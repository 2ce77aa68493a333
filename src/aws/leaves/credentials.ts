// Gets AWS credentials along the chain: from the provider of its source, then by its roles. Loads only that provider.
import type { AwsCredentialIdentity } from '@smithy/types';
import { childEnvironment } from '../../caller-environment.ts';
import type { AssumedRole, Chain } from '../../identity/profile-chain.ts';
import { serviceAccountToken } from '../../identity/service-account.ts';
import type { Source, WebIdentitySource } from '../../identity/source.ts';
import type { WebIdentityToken } from '../../identity/web-identity-token.ts';
import type { Environment } from '../../invocation.ts';
import { readSmallFile } from '../../os/small-file.ts';
import type { ClientConfig } from '../connection/connection.ts';
import type { FollowedProfile } from '../connection/followed-profile.ts';
import { noTokenIn, unreadableToken } from '../failures/web-identity-failure.ts';
import type { RoleAssumer } from './role-assumer.ts';

export interface CredentialDeps {
  /** The caller's whole environment. */
  env: Environment;
  followed: FollowedProfile;
  /** For the clients of SSO, SSO-OIDC and sign-in. */
  clientConfig: ClientConfig;
  roles: RoleAssumer;
  /** For a sign-in that has no region of its own. */
  region: string;
  /** The HTTP status of AWS's last answer. */
  lastStatus: () => number | undefined;
}

/**
 * Gets credentials once and keeps nothing.
 * @throws AssumeRoleError, ProcessError, SessionError, ContainerError, InstanceError; XacctError `web-identity`; the
 * errors of the SDK's providers.
 */
export async function getCredentials(
  { source, roles }: Pick<Chain, 'source' | 'roles'>,
  deps: CredentialDeps,
): Promise<AwsCredentialIdentity> {
  let credentials = await sourceCredentials(source, deps);
  for (const role of roles) credentials = await deps.roles.assumeRole(credentials, parametersOf(role));
  return credentials;
}

async function sourceCredentials(source: Source, deps: CredentialDeps): Promise<AwsCredentialIdentity> {
  const { env } = deps;
  switch (source.kind) {
    case 'static':
      return keyPair(source.aws_access_key_id, source.aws_secret_access_key, source.aws_session_token);
    case 'environment': {
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = env;
      // The old name has precedence, as in the AWS CLI.
      return keyPair(
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        env.AWS_SECURITY_TOKEN || env.AWS_SESSION_TOKEN,
      );
    }
    case 'web-identity':
      return await webIdentityCredentials(source, deps);
    case 'sso':
      return await (await import('./sso.ts')).ssoCredentials(source, env, deps.clientConfig);
    case 'login': {
      const { loginCredentials } = await import('./login.ts');
      return await loginCredentials(source, env, deps.region, deps.clientConfig, deps.lastStatus);
    }
    case 'process':
      return await (await import('./process.ts')).processCredentials(
        source.credential_process,
        childEnvironment(env),
      );
    case 'container':
      return await (await import('./container.ts')).containerCredentials(env);
    case 'instance':
      return await (await import('./instance.ts')).instanceCredentials(env, deps.followed);
  }
}

function keyPair(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken: string | undefined,
): AwsCredentialIdentity {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

async function webIdentityCredentials(
  { token, role_arn, role_session_name, duration_seconds }: WebIdentitySource,
  deps: CredentialDeps,
): Promise<AwsCredentialIdentity> {
  const WebIdentityToken = await webIdentityToken(token, deps);
  return await deps.roles.assumeRoleWithWebIdentity({
    WebIdentityToken,
    RoleArn: role_arn,
    RoleSessionName: role_session_name,
    DurationSeconds: duration_seconds,
  });
}

async function webIdentityToken(
  token: WebIdentityToken,
  { env, clientConfig }: CredentialDeps,
): Promise<string> {
  if ('file' in token) return tokenIn(token.file);
  if ('service_account' in token) return serviceAccountToken(env) ?? '';
  if ('github_audience' in token) {
    const { githubToken } = await import('./github-oidc.ts');
    return await githubToken(token.github_audience, childEnvironment(env), clientConfig.requestHandler);
  }
  const value = childEnvironment(env)[token.variable];
  if (!value) throw noTokenIn(token.variable);
  return value.trim();
}

function tokenIn(file: string): string {
  try {
    return readSmallFile(file);
  } catch (cause) {
    throw unreadableToken(file, cause);
  }
}

function parametersOf(role: AssumedRole) {
  return {
    RoleArn: role.role_arn,
    RoleSessionName: role.role_session_name,
    ExternalId: role.external_id,
    SerialNumber: role.mfa_serial,
    DurationSeconds: role.duration_seconds,
  };
}
