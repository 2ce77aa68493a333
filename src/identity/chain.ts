// All that an identity's credentials are made from: where they begin, and the roles that are assumed with them.
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { type Identity, profileInForce, profileOf, type RoleIdentity } from './identity.ts';
import { type Chain, profileChain } from './profile-chain.ts';
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
        web_identity_token_file: token_file,
        role_arn,
        role_session_name,
      });
    }
    case 'container':
    case 'instance':
      return startingWith({ kind: identity.kind });
  }
}

function startingWith(source: Source): Chain {
  return { links: [], source, roles: [] };
}

function ruleChain({ kind: _, source, ...role }: RoleIdentity, profiles: Profiles, env: Environment): Chain {
  if ('web_identity_token_file' in source) {
    const { role_arn, role_session_name, duration_seconds } = role;
    return startingWith({ kind: 'web-identity', ...source, role_arn, role_session_name, duration_seconds });
  }
  const before =
    'source_profile' in source
      ? profileChain(profiles, source.source_profile, { env, ambient: 'none', isSource: true })
      : startingWith(namedSource(source.credential_source, env));
  return { ...before, roles: [...before.roles, role] };
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
