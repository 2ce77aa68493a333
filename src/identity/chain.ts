// All that an identity's credentials are made from: where they begin, and the roles that are assumed with them.
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { type Identity, profileInForce, profileOf, type RoleIdentity } from './identity.ts';
import { type Chain, profileChain } from './profile-chain.ts';
import { noServiceAccount, type ServiceAccount } from './service-account.ts';
import { environmentSource, namedSource, type Source } from './source.ts';

/**
 * The one decision that a mint acts by, that keys are made from, and that `explain` shows.
 * @throws XacctError as `profileChain` does; `usage` for a variable without the one beside it.
 */
export function chainOf(identity: Identity, profiles: Profiles, env: Environment): Chain {
  switch (identity.kind) {
    case 'profile':
      return profileChain(profiles, identity.profile, {
        env,
        ambient: identity.isInForce ? 'in-force' : 'named',
      });
    case 'role':
      return ruleChain(identity, profiles, env);
    case 'environment':
      return startingWith(environmentSource(env));
    case 'web-identity': {
      const { role_arn, token_file, role_session_name } = identity;
      return startingWith({
        kind: 'web-identity',
        token: { file: token_file },
        role_arn,
        role_session_name,
      });
    }
    case 'service-account':
      return startingWith(serviceAccountSource(identity.service_account));
    case 'container':
    case 'instance':
      return startingWith({ kind: identity.kind });
  }
}

function startingWith(source: Source): Chain {
  return { links: [], source, roles: [] };
}

function ruleChain({ kind: _, source, ...role }: RoleIdentity, profiles: Profiles, env: Environment): Chain {
  const { role_arn, role_session_name, duration_seconds } = role;
  const own = { kind: 'web-identity', role_arn, role_session_name, duration_seconds } as const;
  if ('web_identity_token_file' in source) {
    return startingWith({ ...own, token: { file: source.web_identity_token_file } });
  }
  if ('web_identity_token_env' in source) {
    return startingWith({ ...own, token: { variable: source.web_identity_token_env } });
  }
  if ('github_audience' in source) return startingWith({ ...own, token: source });
  if ('service_account' in source) {
    const { service_account } = source;
    // The rule's own role trusts the cluster itself, where no role lies between.
    if (service_account !== undefined && service_account.role_arn === undefined) {
      return startingWith({
        ...own,
        token: { service_account },
        role_session_name: role_session_name ?? sessionOf(service_account),
      });
    }
    return { ...startingWith(serviceAccountSource(service_account)), roles: [role] };
  }
  const before =
    'source_profile' in source
      ? profileChain(profiles, source.source_profile, { env, ambient: 'none', isSource: true })
      : startingWith(namedSource(source.credential_source, env));
  return { ...before, roles: [...before.roles, role] };
}

/** The role of its annotations, assumed for its token. @throws XacctError `web-identity` where there is none. */
function serviceAccountSource(service_account: ServiceAccount | undefined): Source {
  const role_arn = service_account?.role_arn;
  if (service_account === undefined || role_arn === undefined) throw noServiceAccount(service_account);
  return {
    kind: 'web-identity',
    token: { service_account },
    role_arn,
    role_session_name: sessionOf(service_account),
  };
}

/** So that CloudTrail shows whose pod it was. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function sessionOf({ namespace, name }: ServiceAccount): string {
  return `${namespace}@${name}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

/** The profile whose endpoints, CA bundle and retries count: as in the AWS CLI, the one that is used or in force. */
export function followedProfile(identity: Identity, env: Environment): string {
  return profileOf(identity) ?? profileInForce(env) ?? 'default';
}

/** Those of a profile that count whatever the identity is. */
const CLIENT_SETTINGS = [
  'services',
  'endpoint_url',
  'ignore_configured_endpoint_urls',
  'use_fips_endpoint',
  'use_dualstack_endpoint',
  'max_attempts',
  'retry_mode',
  'defaults_mode',
  'sdk_ua_app_id',
  'ca_bundle',
  'metadata_service_timeout',
  'metadata_service_num_attempts',
  'ec2_metadata_service_endpoint',
  'ec2_metadata_service_endpoint_mode',
  'ec2_metadata_v1_disabled',
];

/**
 * What the profile that counts says of how AWS is called, and nothing of credentials; nothing where there is no such profile, or
 * where files that the identity does not need cannot be read.
 */
export function followedSettings(identity: Identity, profiles: Profiles, env: Environment): Settings {
  try {
    const settings = profiles.profile(followedProfile(identity, env)) ?? {};
    return Object.fromEntries(
      CLIENT_SETTINGS.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
    );
  } catch (error) {
    if (error instanceof XacctError && profileOf(identity) === undefined) return {};
    throw error;
  }
}
