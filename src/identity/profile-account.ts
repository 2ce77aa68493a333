// The AWS account that a profile ends up in, as far as its settings say.
import { credentialKind } from './profile-chain.ts';
import type { Profiles } from './profiles.ts';

/**
 * Twelve digits: of its role, its SSO account or its login session. Undefined where there is no such profile, and where only
 * AWS knows: static keys, a credential_process.
 */
export function declaredAccount(profiles: Profiles, name: string): string | undefined {
  const settings = profiles.profile(name);
  if (settings === undefined) return undefined;
  switch (credentialKind(settings, false)) {
    case 'role':
    case 'credential-source':
    case 'web-identity':
      return accountOfArn(settings.role_arn);
    case 'sso':
      return settings.sso_account_id;
    case 'login':
      return accountOfArn(settings.login_session);
    case 'static':
    case 'process':
    case 'none':
      return undefined;
  }
}

/** `arn:aws:iam::111122223333:role/EcrPull` → `111122223333`. */
function accountOfArn(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];
}
