// The AWS account that a profile ends up in, as far as its settings say.
import { credentialKind, type Settings } from './credential-kind.ts';

export interface ProfileAccounts {
  /** Account → its profiles. */
  declared: ReadonlyMap<string, readonly string[]>;
  /** Profiles whose account only AWS knows: static keys, a credential_process. */
  undeclared: readonly string[];
}

/** Twelve digits; undefined where there is no such profile, and where only AWS knows. */
export function declaredAccount(
  { profile }: { profile(name: string): Settings | undefined },
  name: string,
): string | undefined {
  const settings = profile(name);
  return settings && accountIn(settings);
}

/** Sorts profiles by account. Those that say no way to get credentials are in neither list. */
export function accountsOf(
  names: Iterable<string>,
  settingsOf: (name: string) => Settings | undefined,
): ProfileAccounts {
  const declared = new Map<string, string[]>();
  const undeclared: string[] = [];
  for (const name of names) {
    const settings = settingsOf(name) ?? {};
    const account = accountIn(settings);
    if (account !== undefined) {
      const others = declared.get(account);
      if (others === undefined) declared.set(account, [name]);
      else others.push(name);
    } else if (['static', 'process'].includes(credentialKind(settings, false))) undeclared.push(name);
  }
  return { declared, undeclared };
}

function accountIn(settings: Settings): string | undefined {
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
