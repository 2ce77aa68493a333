// Turns an identity into AWS credentials, with the SDK's own providers.
import {
  fromEnv,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Identity, RoleIdentity } from '../../identity/identity.ts';
import type { Connection } from '../connection/connection.ts';
import type { EndpointVariant } from '../connection/endpoints.ts';
import type { RoleAssumer } from './role-assumer.ts';

export interface CredentialDeps {
  /** For clients that the SDK's providers make themselves: SSO, SSO-OIDC, sign-in. */
  clientConfig: EndpointVariant & Pick<Connection, 'requestHandler'>;
  roles: RoleAssumer;
  /** For those of them whose region nothing else says. */
  region: string;
}

/**
 * Resolves credentials once; nothing is kept.
 * @throws AssumeRoleError; whatever the SDK's provider throws.
 */
export async function resolveCredentials(
  identity: Identity,
  deps: CredentialDeps,
): Promise<AwsCredentialIdentity> {
  switch (identity.kind) {
    case 'profile':
      return profileCredentials(identity.profile, deps);
    case 'role':
      return roleCredentials(identity, deps);
    case 'environment':
      return fromEnv()();
    case 'web-identity':
      return webIdentityCredentials(deps);
    case 'container':
      return containerCredentials();
    case 'instance':
      return instanceCredentials();
  }
}

function profileCredentials(profile: string, { clientConfig, roles, region }: CredentialDeps) {
  return fromIni({
    profile,
    ignoreCache: true,
    clientConfig,
    parentClientConfig: { region },
    roleAssumer: roles.assumeRole,
    roleAssumerWithWebIdentity: roles.assumeRoleWithWebIdentity,
    // Whatever assumes the role proves MFA.
    mfaCodeProvider: async () => '',
    // The login provider takes its region from here alone.
  })({ callerClientConfig: { region: async () => region } });
}

async function roleCredentials(role: RoleIdentity, deps: CredentialDeps): Promise<AwsCredentialIdentity> {
  const { source } = role;
  if ('web_identity_token_file' in source) {
    return fromTokenFile({
      webIdentityTokenFile: source.web_identity_token_file,
      roleArn: role.role_arn,
      ...(role.role_session_name === undefined ? {} : { roleSessionName: role.role_session_name }),
      ...(role.duration_seconds === undefined ? {} : { durationSeconds: role.duration_seconds }),
      roleAssumerWithWebIdentity: deps.roles.assumeRoleWithWebIdentity,
    })();
  }
  const credentials =
    'source_profile' in source
      ? await profileCredentials(source.source_profile, deps)
      : await sourceCredentials(source.credential_source);
  return deps.roles.assumeRole(credentials, {
    RoleArn: role.role_arn,
    RoleSessionName: role.role_session_name,
    ExternalId: role.external_id,
    SerialNumber: role.mfa_serial,
    DurationSeconds: role.duration_seconds,
  });
}

function sourceCredentials(source: 'Environment' | 'Ec2InstanceMetadata' | 'EcsContainer') {
  if (source === 'Environment') return fromEnv()();
  return source === 'EcsContainer' ? containerCredentials() : instanceCredentials();
}

function webIdentityCredentials({ roles }: CredentialDeps) {
  return fromTokenFile({ roleAssumerWithWebIdentity: roles.assumeRoleWithWebIdentity })();
}

/** ECS gives a relative URI, EKS Pod Identity and others a full one with a token; this provider knows both. */
function containerCredentials() {
  return fromHttp({})();
}

/** Off EC2 nothing answers at the metadata address: one short try, not a minute's stall. */
function instanceCredentials() {
  return fromInstanceMetadata({ timeout: 1_000, maxRetries: 0 })();
}
