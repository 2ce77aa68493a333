// The precedence of identities: one rung a step, each says who to be by it, or why not.
import type { Config, RegistryRule } from '../config/load.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { profileChain } from '../profiles/profile-chain.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import type { Identity, RoleIdentity } from './identity.ts';

/** The steps of the ladder, in the order in which they are tried. */
export type Step = 'override' | 'rule' | 'environment' | 'discovery' | 'default';

/** What the rungs go by. */
export interface ResolutionInput {
  registry: Registry;
  /** The rule that covers the hostname. */
  match: RegistryRule | undefined;
  config: Config;
  profiles: Profiles;
  env: Environment;
  /** The account of a profile that says none itself, where it was learnt from AWS. */
  learntAccount: (profile: string) => string | undefined;
}

/** Whom a rung leads to. */
export interface Candidate {
  identity: Identity;
  /** As in `rule "…" (config.yaml:3)`. */
  reason: string;
}

export interface Rung {
  step: Step;
  /** In the order in which they are tried; empty where the rung leads to nobody. Only discovery leads to more than one. */
  candidates: readonly Candidate[];
  /** Why to nobody. */
  absence: string;
}

const RUNGS: readonly { step: Step; look: (input: ResolutionInput) => Omit<Rung, 'step'> }[] = [
  { step: 'override', look: override },
  { step: 'rule', look: rule },
  { step: 'environment', look: environment },
  { step: 'discovery', look: discovery },
  { step: 'default', look: defaultChain },
];

/** Every rung in turn, each looked at only when it is asked for. @throws XacctError where the default profile is broken. */
export function* climb(input: ResolutionInput): Generator<Rung> {
  for (const { step, look } of RUNGS) yield { step, ...look(input) };
}

const found = (identity: Identity, reason: string): Omit<Rung, 'step'> => ({
  candidates: [{ identity, reason }],
  absence: '',
});
const nobody = (absence: string): Omit<Rung, 'step'> => ({ candidates: [], absence });

function override({ env: { ECR_XACCT_PROFILE: profile } }: ResolutionInput): Omit<Rung, 'step'> {
  return profile
    ? found({ kind: 'profile', profile }, `ECR_XACCT_PROFILE=${profile}`)
    : nobody('ECR_XACCT_PROFILE is not set');
}

function rule({ match, config: { file, exists } }: ResolutionInput): Omit<Rung, 'step'> {
  if (match !== undefined) return found(ruleIdentity(match), `rule "${match.key}" (${file}:${match.line})`);
  if (file === undefined) return nobody('there is no home folder to have a config file in');
  return nobody(exists ? `no rule in ${file} covers it` : `there is no ${file}`);
}

/** The order is the AWS CLI's: keys in the environment come before AWS_PROFILE. */
function environment({ env }: ResolutionInput): Omit<Rung, 'step'> {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    return found({ kind: 'environment' }, 'AWS_ACCESS_KEY_ID is set');
  }
  for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']) {
    const profile = env[name];
    if (profile) return found({ kind: 'profile', profile }, `${name}=${profile}`);
  }
  return nobody(
    env.AWS_ACCESS_KEY_ID
      ? 'AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY'
      : 'neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set',
  );
}

/** Profiles that say their account come first: which of the others are known depends on what was asked before. */
function discovery({ registry, config, profiles, learntAccount }: ResolutionInput): Omit<Rung, 'step'> {
  const { account } = registry;
  if (account === undefined) return nobody('its hostname has no account in it');
  if (!config.discover) return nobody(`discover is false in ${config.file}`);
  const { declared, undeclared } = profiles.accounts();
  const learnt = undeclared.filter((profile) => learntAccount(profile) === account);
  const names = [...(declared.get(account) ?? []), ...learnt];
  if (names.length === 0) return nobody(`no profile of account ${account} in ${profiles.configFile}`);
  return {
    candidates: names.map((profile) => ({
      identity: { kind: 'profile', profile },
      reason: `profile ${profile} is of account ${account}`,
    })),
    absence: '',
  };
}

/** The SDK's default chain (credential-provider-node, defaultProvider): shared files, web identity, container, instance. */
function defaultChain({ profiles, env }: ResolutionInput): Omit<Rung, 'step'> {
  if (hasDefaultProfile(profiles)) {
    return found({ kind: 'profile', profile: 'default' }, 'the default profile');
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: token_file, AWS_ROLE_ARN: role_arn } = env;
  if (token_file && role_arn) {
    return found({ kind: 'web-identity', role_arn, token_file }, 'AWS_WEB_IDENTITY_TOKEN_FILE is set');
  }
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) {
    return found({ kind: 'container' }, 'AWS_CONTAINER_CREDENTIALS_… is set');
  }
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() !== 'true') {
    return found({ kind: 'instance' }, 'nothing else is configured');
  }
  return nobody(
    profiles.profile('default') === undefined
      ? 'there is no profile default'
      : 'the profile default says no way to get credentials',
  );
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
