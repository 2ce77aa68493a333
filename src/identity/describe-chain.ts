// Describes an identity as its chain: from the first credentials to the last role.
import type { Identity } from './identity.ts';
import type { Chain } from './profile-chain.ts';
import { describeServiceAccount } from './service-account.ts';
import type { Source } from './source.ts';
import { describeToken } from './web-identity-token.ts';

/**
 * As in `profile dev (access key)`, `role arn:aws:iam::111122223333:role/EcrPull (profile puller)`; contains no secret.
 */
export function describeChain({ links, source, roles }: Chain): string[] {
  const profiles = links.filter(({ kind }) => kind === 'role').toReversed();
  return [
    describeSource(source, links.at(-1)?.name),
    ...roles.map(({ role_arn }, index) => {
      const profile = profiles[index]?.name;
      return profile === undefined ? `role ${role_arn}` : `role ${role_arn} (profile ${profile})`;
    }),
  ];
}

/** The chain of an identity for pods, without a pod. */
export function describePodChain(identity: Identity): string[] {
  const last = identity.kind === 'role' ? [`role ${identity.role_arn}`] : [];
  return [describeServiceAccount(undefined), 'the role of its annotation', ...last];
}

/** `lastProfile`: the profile that has this source. */
function describeSource(source: Source, lastProfile: string | undefined): string {
  switch (source.kind) {
    case 'web-identity': {
      const { token, profile, role_arn } = source;
      const by = profile === undefined ? '' : ` (profile ${profile})`;
      const what = describeToken(token).replace(/^the (?=web identity|token of)/, '');
      return `${what} → role ${role_arn}${by}`;
    }
    case 'static':
      return `profile ${source.profile} (access key)`;
    case 'process':
      return `profile ${source.profile} (credential_process)`;
    case 'sso':
      return `profile ${source.profile} (SSO role ${source.sso_role_name} in ${source.sso_account_id})`;
    case 'login':
      return `profile ${source.profile} (aws login)`;
    case 'environment':
      return "the environment's AWS_ACCESS_KEY_ID";
    case 'container':
    case 'instance': {
      const what = source.kind === 'container' ? "the container's role" : "the EC2 instance's role";
      return lastProfile === undefined ? what : `${what} (for profile ${lastProfile})`;
    }
  }
}
