// The kind of a profile's credentials, from its settings, in the AWS CLI's order.
import type { Section, Settings } from './ini.ts';

/** A profile's section in each of the two files. */
export interface ProfileSections {
  config?: Section | undefined;
  credentials?: Section | undefined;
}

export type CredentialKind = 'role' | 'web-identity' | 'sso' | 'static' | 'login' | 'process' | 'none';

/** From both files; the credentials file overrides. */
export function settingsIn({ config, credentials }: ProfileSections): Settings {
  return { ...config?.settings, ...credentials?.settings };
}

/** The section whose keys are used: keys are never mixed from both files. */
export function keySection({ config, credentials }: ProfileSections): Section | undefined {
  return [credentials, config].find((section) => section?.settings.aws_access_key_id !== undefined);
}

/**
 * The first kind that is present decides, even if it is incomplete (botocore's credentials.py,
 * create_credential_resolver and ProfileProviderBuilder). The keys of a source profile come before its role. A skipped
 * web identity does not make a role.
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

/** One key is enough: half a pair is a mistake, and must not lead to another identity. */
export function hasKeys({ aws_access_key_id, aws_secret_access_key }: Settings): boolean {
  return (aws_access_key_id ?? aws_secret_access_key) !== undefined;
}
