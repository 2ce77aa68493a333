// The kinds of identity, and how each is named to a person.
import type { Config } from '../config/load.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { describeServiceAccount, type ServiceAccount } from './service-account.ts';

/** What a caller's identities are resolved from: its files and its variables. */
export interface CallerWorld {
  config: Config;
  profiles: Profiles;
  env: Environment;
}

/** An identity as it is configured; the AWS SDK turns it into credentials (`aws/credentials.ts`). */
export type Identity =
  | ProfileIdentity
  | RoleIdentity
  /** AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the caller. */
  | { kind: 'environment' }
  /** AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN of the caller. */
  | { kind: 'web-identity'; role_arn: string; token_file: string; role_session_name?: string | undefined }
  /** The role in the annotations of a pod's service account; undefined if there is no pod. */
  | { kind: 'service-account'; service_account: ServiceAccount | undefined }
  /** AWS_CONTAINER_CREDENTIALS_* of the caller (ECS, EKS Pod Identity). */
  | { kind: 'container' }
  /** The role of the EC2 instance, from its metadata service. */
  | { kind: 'instance' };

export interface ProfileIdentity {
  kind: 'profile';
  profile: string;
  /**
   * Whether the profile comes from the caller's environment, or is `[default]` because nothing names one: then the
   * caller's web identity replaces its credentials, except a role. A profile that is named otherwise works as with `aws
   * --profile`.
   */
  isInForce?: true;
}

/** A role that a rule of the config names. Keys as in ~/.aws/config. */
export interface RoleIdentity {
  kind: 'role';
  role_arn: string;
  source: RoleSource;
  external_id?: string | undefined;
  role_session_name?: string | undefined;
  duration_seconds?: number | undefined;
  mfa_serial?: string | undefined;
}

export type RoleSource =
  | { source_profile: string }
  | { credential_source: 'Environment' | 'Ec2InstanceMetadata' | 'EcsContainer' }
  | { web_identity_token_file: string }
  | { web_identity_token_env: string }
  | { github_audience: string }
  | { service_account: ServiceAccount | undefined };

/** As in `profile dev` or `role arn:aws:iam::111122223333:role/EcrPull (source profile dev)`. */
export function describeIdentity(identity: Identity): string {
  switch (identity.kind) {
    case 'profile':
      return `profile ${identity.profile}`;
    case 'role':
      return `role ${identity.role_arn} (${describeSource(identity.source)})`;
    case 'environment':
      return "the environment's AWS_ACCESS_KEY_ID";
    case 'web-identity':
      return `role ${identity.role_arn} (AWS_WEB_IDENTITY_TOKEN_FILE)`;
    case 'service-account': {
      const { service_account: account } = identity;
      const what = describeServiceAccount(account);
      return account?.role_arn === undefined ? what : `role ${account.role_arn} (${what})`;
    }
    case 'container':
      return "the container's role";
    case 'instance':
      return "the EC2 instance's role";
  }
}

function describeSource(source: RoleSource): string {
  if ('source_profile' in source) return `source profile ${source.source_profile}`;
  if ('credential_source' in source) return `credential source ${source.credential_source}`;
  if ('web_identity_token_file' in source) return `web identity token ${source.web_identity_token_file}`;
  if ('web_identity_token_env' in source) return `web identity token in ${source.web_identity_token_env}`;
  if ('github_audience' in source) return "GitHub's OIDC token of the job";
  const { service_account: account } = source;
  const by = account?.role_arn === undefined ? '' : `role ${account.role_arn} of `;
  return `${by}${describeServiceAccount(account)}`;
}

/** Whether the identity is for pods and no pod is known: it depends on the pod's service account. */
export function isOfUnknownPod(identity: Identity): boolean {
  if (identity.kind === 'service-account') return identity.service_account === undefined;
  return (
    identity.kind === 'role' &&
    'service_account' in identity.source &&
    identity.source.service_account === undefined
  );
}

/** The profile whose settings have the first credentials, if any. */
export function profileOf(identity: Identity): string | undefined {
  if (identity.kind === 'profile') return identity.profile;
  if (identity.kind === 'role' && 'source_profile' in identity.source) return identity.source.source_profile;
  return undefined;
}

/** The profile from the caller's variables. If both are set, the order is that of AWS CLI version 1. */
export function profileInForce(env: Environment): string | undefined {
  return env.AWS_DEFAULT_PROFILE || env.AWS_PROFILE || undefined;
}
