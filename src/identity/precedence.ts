// The precedence of identities: each step returns identities, or why it has none.
import type { Config, RegistryRule } from '../config/load.ts';
import { ruleReason } from '../config/match.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import { type Identity, profileInForce, type RoleIdentity } from './identity.ts';
import { profileChain, saysCredentials } from './profile-chain.ts';
import type { ServiceAccount } from './service-account.ts';

/** The steps, in the order in which they are tried. */
export type Step = 'override' | 'rule' | 'environment' | 'discovery' | 'default';

/** What the steps use. */
export interface ResolutionInput {
  registry: Registry;
  /** The rule that covers the hostname. */
  match: RegistryRule | undefined;
  config: Config;
  profiles: Profiles;
  env: Environment;
  /** The account that AWS reported for a profile whose settings have none. */
  learntAccount: (profile: string) => string | undefined;
  /** The service account of the pod that the kubelet asks for. */
  serviceAccount?: ServiceAccount | undefined;
}

/** An identity that a step returns. */
export interface Candidate {
  identity: Identity;
  /** As in `rule "…" (config.yaml:3)`. */
  reason: string;
}

export interface Rung {
  step: Step;
  /** In the order in which they are tried; empty if the step has none. Only discovery returns more than one. */
  candidates: readonly Candidate[];
  /** Why the step has none. */
  absence: string;
}

const RUNGS: readonly { step: Step; look: (input: ResolutionInput) => Omit<Rung, 'step'> }[] = [
  { step: 'override', look: override },
  { step: 'rule', look: rule },
  { step: 'environment', look: environment },
  { step: 'discovery', look: discovery },
  { step: 'default', look: defaultChain },
];

export const STEPS: readonly Step[] = RUNGS.map(({ step }) => step);

/**
 * Runs the steps in turn, each only when it is requested. @throws XacctError if files or the default profile are
 * broken.
 */
export function* climb(input: ResolutionInput): Generator<Rung> {
  for (const { step, look } of RUNGS) yield { step, ...look(input) };
}

const found = (identity: Identity, reason: string): Omit<Rung, 'step'> => ({
  candidates: [{ identity, reason }],
  absence: '',
});
const absent = (absence: string): Omit<Rung, 'step'> => ({ candidates: [], absence });

function override({ env: { ECR_XACCT_PROFILE: profile } }: ResolutionInput): Omit<Rung, 'step'> {
  return profile
    ? found({ kind: 'profile', profile }, `ECR_XACCT_PROFILE=${profile}`)
    : absent('ECR_XACCT_PROFILE is not set');
}

function rule({ match, config: { file, files }, serviceAccount }: ResolutionInput): Omit<Rung, 'step'> {
  if (match !== undefined) return found(ruleIdentity(match, serviceAccount), ruleReason(match));
  if (files.length > 0) return absent(`no rule in ${files.join(' or ')} covers it`);
  return absent(file === undefined ? 'there is no home folder for a config file' : `there is no ${file}`);
}

/** First a pod's service account, then the AWS CLI's order: keys in the environment come before a profile. */
function environment({ env, serviceAccount }: ResolutionInput): Omit<Rung, 'step'> {
  if (serviceAccount?.role_arn !== undefined) {
    const { namespace, name } = serviceAccount;
    const identity: Identity = { kind: 'service-account', service_account: serviceAccount };
    return found(identity, `the annotation of service account ${namespace}/${name}`);
  }
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_DEFAULT_PROFILE } = env;
  if (AWS_ACCESS_KEY_ID) return found({ kind: 'environment' }, 'AWS_ACCESS_KEY_ID is set');
  const profile = profileInForce(env);
  if (profile === undefined) return absent('neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set');
  const identity: Identity = { kind: 'profile', profile, isInForce: true };
  if (!AWS_DEFAULT_PROFILE) return found(identity, `AWS_PROFILE=${profile}`);
  const other =
    AWS_PROFILE && AWS_PROFILE !== profile ? `, which comes before AWS_PROFILE=${AWS_PROFILE}` : '';
  return found(identity, `AWS_DEFAULT_PROFILE=${profile}${other}`);
}

/** Each `get` reads all candidates; an account usually has about a dozen roles. */
const MAX_CANDIDATES = 32;

/** Profiles with an account in their settings come first: of the others, AWS was asked before. */
function discovery({ registry, config, profiles, env, learntAccount }: ResolutionInput): Omit<Rung, 'step'> {
  const { account } = registry;
  if (account === undefined) return absent('its hostname has no account in it');
  if (!config.discover) return absent(`discover is false in ${config.saidBy.discover}`);
  const { declared, undeclared } = profiles.accounts();
  const learnt = undeclared.filter((profile) => learntAccount(profile) === account);
  const names = [...(declared.get(account) ?? []), ...learnt];
  if (names.length === 0) return absent(`no profile of account ${account} in ${profiles.configFile}`);
  const usable = names.slice(0, MAX_CANDIDATES).filter((name) => saysCredentials(profiles, name, env));
  if (usable.length === 0) {
    return absent(`no profile of account ${account} has credentials (${names.slice(0, 3).join(', ')})`);
  }
  return {
    candidates: usable.map((profile) => ({
      identity: { kind: 'profile', profile },
      reason: `profile ${profile} is of account ${account}`,
    })),
    absence: '',
  };
}

/**
 * What the AWS CLI uses without a named profile: `[default]` if it exists, then web identity, container and instance.
 */
function defaultChain({ profiles, env }: ResolutionInput): Omit<Rung, 'step'> {
  const profile = 'default';
  try {
    const { source, roles } = profileChain(profiles, profile, { env, ambient: 'in-force' });
    if (roles.length === 0) {
      switch (source.kind) {
        case 'container':
          return found({ kind: 'container' }, 'AWS_CONTAINER_CREDENTIALS_… is set');
        case 'instance':
          return found({ kind: 'instance' }, 'nothing else is configured');
        case 'web-identity': {
          const { role_arn, role_session_name, token } = source;
          if (source.profile !== undefined || !('file' in token)) break;
          return found(
            {
              kind: 'web-identity',
              role_arn,
              token_file: token.file,
              ...(role_session_name && { role_session_name }),
            },
            'AWS_WEB_IDENTITY_TOKEN_FILE is set',
          );
        }
      }
    }
    return found({ kind: 'profile', profile, isInForce: true }, 'the default profile');
  } catch (error) {
    if (error instanceof XacctError && error.code === 'profile-empty') return absent(error.message);
    throw error;
  }
}

/** The identity that a rule names, for a pod or for another caller. */
export function ruleIdentity({ key, rule }: RegistryRule, serviceAccount?: ServiceAccount): Identity {
  if (rule.profile !== undefined) return { kind: 'profile', profile: rule.profile };
  const { role_arn, external_id, role_session_name, duration_seconds, mfa_serial } = rule;
  if (role_arn === undefined && rule.service_account) {
    return { kind: 'service-account', service_account: serviceAccount };
  }
  const source = roleSource(rule, serviceAccount);
  if (role_arn === undefined || source === undefined) throw new Error(`the schema let the rule ${key} pass`);
  return { kind: 'role', role_arn, source, external_id, role_session_name, duration_seconds, mfa_serial };
}

function roleSource(
  rule: RegistryRule['rule'],
  service_account: ServiceAccount | undefined,
): RoleIdentity['source'] | undefined {
  if (rule.source_profile !== undefined) return { source_profile: rule.source_profile };
  if (rule.credential_source !== undefined) return { credential_source: rule.credential_source };
  if (rule.web_identity_token_file !== undefined)
    return { web_identity_token_file: rule.web_identity_token_file };
  if (rule.web_identity_token_env !== undefined)
    return { web_identity_token_env: rule.web_identity_token_env };
  if (rule.github_oidc !== undefined) {
    return { github_audience: rule.github_oidc === true ? 'sts.amazonaws.com' : rule.github_oidc };
  }
  if (rule.service_account) return { service_account };
  return undefined;
}
