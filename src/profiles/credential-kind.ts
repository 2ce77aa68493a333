// Where a profile's credentials come from, by its settings.

export type Settings = Readonly<Record<string, string>>;

export type CredentialKind =
  | 'role'
  | 'static'
  | 'web-identity'
  | 'process'
  | 'sso'
  | 'login'
  | 'credential-source'
  | 'none';

/** The SDK's order (credential-provider-ini, resolveProfileData): a source profile's static keys come before its role. */
export function credentialKind(settings: Settings, isSource: boolean): CredentialKind {
  if (isSource && isStatic(settings)) return 'static';
  if (settings.role_arn !== undefined) {
    if (settings.source_profile !== undefined && settings.credential_source === undefined) return 'role';
    if (settings.credential_source !== undefined && settings.source_profile === undefined)
      return 'credential-source';
  }
  if (isStatic(settings)) return 'static';
  if (settings.web_identity_token_file !== undefined && settings.role_arn !== undefined)
    return 'web-identity';
  if (settings.credential_process !== undefined) return 'process';
  if (settings.sso_session ?? settings.sso_start_url ?? settings.sso_account_id) return 'sso';
  if (settings.login_session !== undefined) return 'login';
  return isSource && settings.credential_source !== undefined ? 'credential-source' : 'none';
}

/** Keys of an IAM user, or of a session. */
export function isStatic(settings: Settings): boolean {
  return settings.aws_access_key_id !== undefined && settings.aws_secret_access_key !== undefined;
}
