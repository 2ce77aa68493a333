// Who to be: the kinds of identity, and how each is named to a person.

/** An identity as it is configured; the AWS SDK turns it into credentials (`aws/credentials.ts`). */
export type Identity =
  | { kind: 'profile'; profile: string }
  | RoleIdentity
  /** AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the caller. */
  | { kind: 'environment' }
  /** AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN of the caller. */
  | { kind: 'web-identity'; role_arn: string; token_file: string }
  /** AWS_CONTAINER_CREDENTIALS_* of the caller (ECS, EKS Pod Identity). */
  | { kind: 'container' }
  /** The role of the EC2 instance, from its metadata service. */
  | { kind: 'instance' };

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
  | { web_identity_token_file: string };

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
    case 'container':
      return "the container's role";
    case 'instance':
      return "the EC2 instance's role";
  }
}

function describeSource(source: RoleSource): string {
  if ('source_profile' in source) return `source profile ${source.source_profile}`;
  if ('credential_source' in source) return `credential source ${source.credential_source}`;
  return `web identity token ${source.web_identity_token_file}`;
}

/** The profile whose settings the credentials begin with, if any. */
export function profileOf(identity: Identity): string | undefined {
  if (identity.kind === 'profile') return identity.profile;
  if (identity.kind === 'role' && 'source_profile' in identity.source) return identity.source.source_profile;
  return undefined;
}

/** The `credential_source` of a rule's role, if that is where its credentials begin. */
export function credentialSourceOf(identity: Identity): string | undefined {
  return identity.kind === 'role' && 'credential_source' in identity.source
    ? identity.source.credential_source
    : undefined;
}
