// Everything that an identity's credentials are made from: the first credentials, and the roles assumed with them.
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { type Identity, profileInForce, profileOf, type RoleIdentity } from './identity.ts';
import { type Chain, profileChain } from './profile-chain.ts';
import { noServiceAccount, type ServiceAccount } from './service-account.ts';
import { environmentSource, namedSource, type Source } from './source.ts';

/**
 * Decides once for all: minting, keys in memory and `explain` use the same chain.
 * @throws XacctError as `profileChain` does; `usage` for a variable that lacks its second half.
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
    // With no role in between, the rule's own role trusts the cluster itself.
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

/** The role of its annotations, assumed with its token. @throws XacctError `web-identity` if there is none. */
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

/**
 * The session name shows the pod in CloudTrail. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
function sessionOf({ namespace, name }: ServiceAccount): string {
  return `${namespace}@${name}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

/** The profile for endpoints, CA bundle and retries: as in the AWS CLI, the profile in use or in force. */
export function followedProfile(identity: Identity, env: Environment): string {
  return profileOf(identity) ?? profileInForce(env) ?? 'default';
}

/** The settings of that profile that apply to every identity. */
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
 * The profile's settings of how to call AWS, without credentials. Empty if there is no such profile, or if the files
 * cannot be read and the identity does not need them.
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
