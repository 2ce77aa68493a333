// Hostname, config and the caller's environment → who to be, and why.
import type { Config, RegistryRule } from '../config/load.ts';
import { matchRule, registryOf } from '../config/match.ts';
import type { Environment } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import { partitionOfRegion, type Registry } from '../registry/registry.ts';
import { type Identity, profileOf, type RoleIdentity } from './identity.ts';
import { profileChain } from './profile-chain.ts';
import type { Profiles } from './profiles.ts';

/** The steps of the ladder, in the order in which they are tried. */
export type Step = 'override' | 'rule' | 'environment' | 'default';

export interface Resolution {
  /** The hostname that was asked, lower case. */
  hostname: string;
  /** The registry to mint for; another one than `hostname` where a rule maps a name of the user's own. */
  registry: Registry;
  identity: Identity;
  step: Step;
  /** Why this identity, as in `rule "…" (config.yaml:3)`. */
  reason: string;
  /** The region whose STS assumes a role. */
  stsRegion: string;
}

/**
 * Who to be for a hostname (lower case). Undefined where the hostname is neither ECR's nor mapped.
 * @throws XacctError `profile-missing`, `profile-cycle`, `profile-incomplete`, `no-identity`.
 */
export function resolveIdentity(
  hostname: string,
  config: Config,
  profiles: Profiles,
  env: Environment,
): Resolution | undefined {
  const match = matchRule(config, hostname);
  const registry = registryOf(hostname, match);
  if (registry === undefined) return undefined;
  const { identity, step, reason } = choose(match, config, profiles, env, registry);
  const profile = profileOf(identity);
  const [first] = profile === undefined ? [] : profileChain(profiles, profile);
  const stsRegion = [match?.rule.region, env.AWS_REGION, env.AWS_DEFAULT_REGION, first?.settings.region].find(
    (region) => region !== undefined && partitionOfRegion(region) === registry.partition,
  );
  return { hostname, registry, identity, step, reason, stsRegion: stsRegion ?? registry.region };
}

function choose(
  match: RegistryRule | undefined,
  config: Config,
  profiles: Profiles,
  env: Environment,
  registry: Registry,
): Pick<Resolution, 'identity' | 'step' | 'reason'> {
  const override = env.ECR_XACCT_PROFILE;
  if (override) {
    return {
      identity: { kind: 'profile', profile: override },
      step: 'override',
      reason: `ECR_XACCT_PROFILE=${override}`,
    };
  }
  if (match !== undefined) {
    const reason = `rule "${match.key}" (${config.file}:${match.line})`;
    return { identity: ruleIdentity(match), step: 'rule', reason };
  }
  const ambient = environmentIdentity(env);
  if (ambient !== undefined) return { ...ambient, step: 'environment' };
  const { identity, reason } = defaultIdentity(profiles, env) ?? {};
  if (identity === undefined || reason === undefined) throw noIdentity(registry, config, profiles, env);
  return { identity, reason, step: 'default' };
}

function ruleIdentity({ key, rule }: RegistryRule): Identity {
  if (rule.profile !== undefined) return { kind: 'profile', profile: rule.profile };
  const { role_arn, external_id, role_session_name, duration_seconds, mfa_serial } = rule;
  const source = roleSource(rule);
  if (role_arn === undefined || source === undefined) throw new Error(`the schema let the rule ${key} pass`);
  return { kind: 'role', role_arn, source, external_id, role_session_name, duration_seconds, mfa_serial };
}

function roleSource(rule: RegistryRule['rule']): RoleIdentity['source'] | undefined {
  if (rule.source_profile !== undefined) return { source_profile: rule.source_profile };
  if (rule.credential_source !== undefined) return { credential_source: rule.credential_source };
  if (rule.web_identity_token_file !== undefined)
    return { web_identity_token_file: rule.web_identity_token_file };
  return undefined;
}

/** The order is the AWS CLI's: keys in the environment come before AWS_PROFILE. */
function environmentIdentity(env: Environment): { identity: Identity; reason: string } | undefined {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    return { identity: { kind: 'environment' }, reason: 'AWS_ACCESS_KEY_ID is set' };
  }
  for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']) {
    const profile = env[name];
    if (profile) return { identity: { kind: 'profile', profile }, reason: `${name}=${profile}` };
  }
  return undefined;
}

/** The SDK's default chain (credential-provider-node, defaultProvider): shared files, web identity, container, instance. */
function defaultIdentity(
  profiles: Profiles,
  env: Environment,
): { identity: Identity; reason: string } | undefined {
  if (hasDefaultProfile(profiles)) {
    return { identity: { kind: 'profile', profile: 'default' }, reason: 'the default profile' };
  }
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) {
    return {
      identity: {
        kind: 'web-identity',
        role_arn: env.AWS_ROLE_ARN,
        token_file: env.AWS_WEB_IDENTITY_TOKEN_FILE,
      },
      reason: 'AWS_WEB_IDENTITY_TOKEN_FILE is set',
    };
  }
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) {
    return { identity: { kind: 'container' }, reason: 'AWS_CONTAINER_CREDENTIALS_… is set' };
  }
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return undefined;
  return { identity: { kind: 'instance' }, reason: 'nothing else is configured' };
}

/** A `[default]` with nothing but a region is no identity. */
function hasDefaultProfile(profiles: Profiles): boolean {
  try {
    return profiles.profile('default') !== undefined && profileChain(profiles, 'default').length > 0;
  } catch (error) {
    if (error instanceof XacctError && error.code === 'profile-incomplete') return false;
    throw error;
  }
}

/** Nothing says who to be for a registry. */
function noIdentity(registry: Registry, config: Config, profiles: Profiles, env: Environment): XacctError {
  const owner = registry.account === undefined ? 'may use it' : `may use account ${registry.account}`;
  const rule = config.file === undefined ? '' : `add a rule to ${config.file}, or `;
  const reasons = [noRule(config), noEnvironment(env), noDefault(profiles)].join(', and ');
  return new XacctError('no-identity', `no AWS identity: ${reasons}`, {
    hint: `${rule}with a profile that ${owner}, run: export AWS_PROFILE=NAME`,
  });
}

function noRule({ file, exists }: Config): string {
  if (file === undefined) return 'there is no home folder to have a config file in';
  return exists ? `no rule in ${file} covers it` : `there is no ${file}`;
}

function noEnvironment(env: Environment): string {
  if (env.AWS_ACCESS_KEY_ID) return 'AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY';
  return 'neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set';
}

function noDefault(profiles: Profiles): string {
  const exists = profiles.profile('default') !== undefined;
  return exists ? 'the profile default says no way to get credentials' : 'there is no profile default';
}
