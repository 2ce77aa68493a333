// Where a profile's credentials come from, by its settings, in the AWS CLI's order.
import type { Section, Settings } from './ini.ts';

/** What each of the two files has of a profile. */
export interface ProfileSections {
  config?: Section | undefined;
  credentials?: Section | undefined;
}

export type CredentialKind = 'role' | 'web-identity' | 'sso' | 'static' | 'login' | 'process' | 'none';

/** Of both files, the credentials file's on top. */
export function settingsIn({ config, credentials }: ProfileSections): Settings {
  return { ...config?.settings, ...credentials?.settings };
}

/** The section whose keys count: they are never taken from both. */
export function keySection({ config, credentials }: ProfileSections): Section | undefined {
  return [credentials, config].find((section) => section?.settings.aws_access_key_id !== undefined);
}

/**
 * What is there first decides, whether it is whole or not (botocore's credentials.py, create_credential_resolver and
 * ProfileProviderBuilder). A source profile's keys come before its role; a web identity that is passed over leaves it no role.
 */
export function credentialKind(
  sections: ProfileSections,
  isSource: boolean,
  withoutWebIdentity = false,
): CredentialKind {
  const settings = settingsIn(sections);
  const { role_arn, web_identity_token_file } = settings;
  const isRole = role_arn !== undefined && web_identity_token_file === undefined;
  if (isRole && !(isSource && hasKeys(settings))) return 'role';
  if (web_identity_token_file && !withoutWebIdentity) return 'web-identity';
  if ((settings.sso_account_id ?? settings.sso_role_name) !== undefined) return 'sso';
  const keys = keySection(sections);
  if (keys !== undefined && keys === sections.credentials) return 'static';
  if (settings.login_session !== undefined) return 'login';
  if (settings.credential_process !== undefined) return 'process';
  return keys === undefined ? 'none' : 'static';
}

/** Or one of them: a half is a mistake, and no reason to be another identity. */
export function hasKeys({ aws_access_key_id, aws_secret_access_key }: Settings): boolean {
  return (aws_access_key_id ?? aws_secret_access_key) !== undefined;
}
