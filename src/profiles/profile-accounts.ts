// The AWS account of a profile, if its settings contain it.
import { credentialKind, type ProfileSections, settingsIn } from './credential-kind.ts';
import type { Settings } from './ini.ts';

export interface ProfileAccounts {
  /** Account → its profiles. */
  declared: ReadonlyMap<string, readonly string[]>;
  /** Profiles whose account only AWS knows: keys, a credential_process. At most `MAX_UNDECLARED`. */
  undeclared: readonly string[];
}

/** AWS is asked for four at once: more than these would not be done within the time of an answer. */
const MAX_UNDECLARED = 500;

/** Twelve digits; undefined if there is no such profile, or only AWS knows its account. */
export function declaredAccount(
  { profile }: { profile(name: string): Settings | undefined },
  name: string,
): string | undefined {
  const settings = profile(name);
  return settings && accountIn(settings);
}

/** Sorts profiles by account. Profiles without credentials are in neither list. */
export function accountsOf(
  names: Iterable<string>,
  sectionsOf: (name: string) => ProfileSections,
): ProfileAccounts {
  const declared = new Map<string, string[]>();
  const undeclared: string[] = [];
  for (const name of names) {
    const sections = sectionsOf(name);
    const account = accountIn(settingsIn(sections));
    if (account !== undefined) {
      const others = declared.get(account);
      if (others === undefined) declared.set(account, [name]);
      else others.push(name);
    } else if (
      undeclared.length < MAX_UNDECLARED &&
      ['static', 'process'].includes(credentialKind(sections, false))
    ) {
      undeclared.push(name);
    }
  }
  return { declared, undeclared };
}

/**
 * For any kind of credentials. A role's account is in its ARN; `granted_sso_account_id` is a setting of
 * common-fate/granted, beside its credential_process.
 */
function accountIn(settings: Settings): string | undefined {
  const said =
    settings.role_arn === undefined
      ? (settings.sso_account_id ??
        settings.granted_sso_account_id ??
        accountOfArn(settings.login_session) ??
        settings.aws_account_id)
      : accountOfArn(settings.role_arn);
  return said !== undefined && /^\d{12}$/.test(said) ? said : undefined;
}

/** `arn:aws:iam::111122223333:role/EcrPull` → `111122223333`. */
function accountOfArn(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];
}
