// An identity as the way to it, from the credentials that it begins with to the role that it ends in.
import { type ProfileLink, profileChain } from '../profiles/profile-chain.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { credentialSourceOf, describeIdentity, type Identity, profileOf } from './identity.ts';

/**
 * As in `profile dev (access key)`, `role arn:aws:iam::111122223333:role/EcrPull (profile puller)`; no secret is in it.
 * @throws XacctError as `profileChain` does.
 */
export function describeChain(identity: Identity, profiles: Profiles): string[] {
  const profile = profileOf(identity);
  const links = profile === undefined ? [] : profileChain(profiles, profile).toReversed().map(describeLink);
  if (identity.kind === 'profile') return links;
  if (identity.kind !== 'role') return [describeIdentity(identity)];
  const role = `role ${identity.role_arn}`;
  if (links.length > 0) return [...links, role];
  const source = credentialSourceOf(identity) ?? 'web identity token';
  return [source, role];
}

function describeLink({ name, kind, settings }: ProfileLink): string {
  switch (kind) {
    case 'role':
      return `role ${settings.role_arn} (profile ${name})`;
    case 'credential-source':
      return settings.role_arn === undefined
        ? `${settings.credential_source} (profile ${name})`
        : `${settings.credential_source} → role ${settings.role_arn} (profile ${name})`;
    case 'web-identity':
      return `web identity token → role ${settings.role_arn} (profile ${name})`;
    case 'static':
      return `profile ${name} (access key)`;
    case 'process':
      return `profile ${name} (credential_process)`;
    case 'sso':
      return `profile ${name} (SSO role ${settings.sso_role_name} in ${settings.sso_account_id})`;
    case 'login':
      return `profile ${name} (aws login)`;
    case 'none':
      return `profile ${name}`;
  }
}
