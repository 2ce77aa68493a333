// The source of the first AWS credentials, with everything needed to get them: a profile, or the caller's environment.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { type CredentialKind, keySection } from '../profiles/credential-kind.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { unknownSource } from './profile-failure.ts';
import type { WebIdentityToken } from './web-identity-token.ts';

/** Secrets are digests, except in the process that gets the credentials. */
export type Source =
  | KeySource
  | WebIdentitySource
  | SsoSource
  | LoginSource
  | { kind: 'process'; profile: string; credential_process: string }
  /** AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the caller. */
  | { kind: 'environment' }
  /** AWS_CONTAINER_CREDENTIALS_* of the caller (ECS, EKS Pod Identity). */
  | { kind: 'container' }
  /** The role of the EC2 instance, from its metadata service. */
  | { kind: 'instance' };

export interface KeySource {
  kind: 'static';
  profile: string;
  aws_access_key_id: string;
  aws_secret_access_key: string;
  aws_session_token?: string;
}

export interface WebIdentitySource {
  kind: 'web-identity';
  /** Left out if nothing of it comes from a profile. */
  profile?: string;
  token: WebIdentityToken;
  role_arn: string;
  role_session_name?: string | undefined;
  /** Seconds. */
  duration_seconds?: number | undefined;
}

/** `aws login`. */
export interface LoginSource {
  kind: 'login';
  profile: string;
  login_session: string;
  region?: string;
}

export interface SsoSource {
  kind: 'sso';
  profile: string;
  /** Left out for a profile with SSO settings of its own and no `[sso-session]` (the older form). */
  sso_session?: string;
  sso_start_url: string;
  sso_region: string;
  sso_account_id: string;
  sso_role_name: string;
}

/** A profile in the chain. */
export interface ProfileLink {
  name: string;
  settings: Settings;
  kind: CredentialKind;
}

/** Undefined if the profile has no credentials. @throws XacctError `profile-incomplete` if it lacks a setting. */
export function profileSource(link: ProfileLink, profiles: Profiles): Source | undefined {
  const { name: profile, kind, settings } = link;
  const { login_session = '', credential_process = '' } = settings;
  switch (kind) {
    case 'static':
      return keySource(profile, profiles);
    case 'web-identity':
      return webIdentitySource({}, link, profiles);
    case 'sso':
      return ssoSource(link, profiles);
    case 'login':
      return { kind, profile, login_session, ...(settings.region ? { region: settings.region } : {}) };
    case 'process':
      return { kind, profile, credential_process };
    case 'role':
    case 'none':
      return undefined;
  }
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html */
function keySource(profile: string, profiles: Profiles): KeySource {
  const { settings = {} } = keySection(profiles.sectionsOf(profile)) ?? {};
  const { aws_access_key_id = '', aws_secret_access_key = '' } = settings;
  // The old name comes first, as in the AWS CLI.
  const tokenSetting = settings.aws_security_token === undefined ? 'aws_session_token' : 'aws_security_token';
  const aws_session_token = settings[tokenSetting];
  const fail = (setting: string, what: string) => {
    const message = `profile ${profile} has ${what} (${profiles.where(profile, setting)})`;
    return new XacctError('profile-incomplete', message, {
      hint: { run: command`aws configure --profile ${profile}` },
    });
  };
  if (!aws_access_key_id) throw fail('aws_access_key_id', 'an empty aws_access_key_id');
  if (!aws_secret_access_key) {
    throw fail('aws_access_key_id', 'aws_access_key_id without aws_secret_access_key beside it');
  }
  for (const [setting, value] of Object.entries({
    aws_access_key_id,
    aws_secret_access_key,
    [tokenSetting]: aws_session_token,
  })) {
    // Only a whole line is a comment: ` # work` after a value is part of the value.
    if (/\s/.test(value ?? '')) throw fail(setting, `a blank or a comment within its ${setting}`);
  }
  return {
    kind: 'static',
    profile,
    aws_access_key_id,
    aws_secret_access_key,
    ...(aws_session_token && { aws_session_token }),
  };
}

/**
 * The caller's variables override the profile's settings, each of the three by itself. Undefined without a token file.
 * @throws XacctError if there is no role for the token.
 */
export function webIdentitySource(
  env: Environment,
  { name, settings, kind }: ProfileLink,
  profiles: Profiles,
): WebIdentitySource | undefined {
  const token = env.AWS_WEB_IDENTITY_TOKEN_FILE ?? settings.web_identity_token_file;
  if (!token) return undefined;
  const role_arn = env.AWS_ROLE_ARN ?? settings.role_arn;
  const role_session_name = env.AWS_ROLE_SESSION_NAME ?? settings.role_session_name;
  const isOfEnv = env.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined;
  if (!role_arn) {
    const message = isOfEnv
      ? 'AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN'
      : `profile ${name} has a web_identity_token_file without a role_arn (${profiles.where(name, 'web_identity_token_file')})`;
    throw new XacctError(isOfEnv ? 'usage' : 'profile-incomplete', message, {
      hint: {
        run: isOfEnv
          ? command`unset AWS_WEB_IDENTITY_TOKEN_FILE`
          : command`aws configure set role_arn ARN --profile ${name}`,
      },
    });
  }
  const isOfProfile = kind === 'web-identity' && !(isOfEnv && env.AWS_ROLE_ARN !== undefined);
  return {
    kind: 'web-identity',
    ...(isOfProfile ? { profile: name } : {}),
    token: { file: token },
    role_arn,
    ...(role_session_name ? { role_session_name } : {}),
  };
}

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html */
function ssoSource({ name, settings }: ProfileLink, profiles: Profiles): SsoSource {
  const configure = { run: command`aws configure sso --profile ${name}` };
  const fail = (message: string, hint = configure) => new XacctError('profile-incomplete', message, { hint });
  const { sso_session } = settings;
  const session = sso_session === undefined ? {} : profiles.section('sso-session', sso_session);
  if (session === undefined) {
    throw fail(
      `profile ${name} names the sso-session ${sso_session}, which is not in ${profiles.configFile} (${profiles.where(name, 'sso_session')})`,
      { run: command`aws configure sso-session` },
    );
  }
  for (const [setting, value] of Object.entries(session)) {
    const own = settings[setting];
    if (own === undefined || own === value) continue;
    throw fail(
      `profile ${name} has another ${setting} than its sso-session ${sso_session} (${profiles.where(name, setting)})`,
    );
  }
  const { sso_start_url, sso_region, sso_account_id, sso_role_name } = { ...settings, ...session };
  const needed = { sso_start_url, sso_region, sso_account_id, sso_role_name };
  const missing = Object.entries(needed).flatMap(([setting, value]) => (value ? [] : [setting]));
  if (missing.length > 0 || !sso_start_url || !sso_region || !sso_account_id || !sso_role_name) {
    throw fail(
      `the SSO settings of profile ${name} are incomplete: there is no ${missing.join(', no ')} (${profiles.where(name)})`,
    );
  }
  return {
    kind: 'sso',
    profile: name,
    ...(sso_session === undefined ? {} : { sso_session }),
    sso_start_url,
    sso_region,
    sso_account_id,
    sso_role_name,
  };
}

/** A container's endpoint, else the instance; undefined if the metadata service is disabled. */
export function ambientSource(env: Environment): Source | undefined {
  if (hasContainer(env)) return { kind: 'container' };
  return isInstanceOff(env) ? undefined : { kind: 'instance' };
}

function hasContainer(env: Environment): boolean {
  return Boolean(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
}

function isInstanceOff(env: Environment): boolean {
  return env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true';
}

/**
 * The source that a `credential_source` names; `saidBy` is the profile with that setting, if it is not a rule.
 * @throws XacctError if the name is unknown, or that source is not available.
 */
export function namedSource(
  name: string,
  env: Environment,
  saidBy?: { profile: string; at: string },
): Source {
  switch (name) {
    case 'Environment':
      return environmentSource(env, 'credential_source is Environment, but ');
    case 'EcsContainer':
      return { kind: 'container' };
    case 'Ec2InstanceMetadata':
      if (!isInstanceOff(env)) return { kind: 'instance' };
      throw new XacctError(
        'no-identity',
        'credential_source is Ec2InstanceMetadata, but AWS_EC2_METADATA_DISABLED is true',
        { hint: { run: command`unset AWS_EC2_METADATA_DISABLED` } },
      );
  }
  if (saidBy === undefined) throw new Error(`the schema let the credential_source ${name} pass`);
  throw unknownSource(name, saidBy);
}

/** @throws XacctError `usage` for an access key without its secret: it must not lead to another identity. */
export function environmentSource(env: Environment, because = ''): Source {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return { kind: 'environment' };
  if (!env.AWS_ACCESS_KEY_ID) {
    throw new XacctError('no-identity', `${because}AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set`, {
      hint: { run: command`export AWS_ACCESS_KEY_ID=${'…'} AWS_SECRET_ACCESS_KEY=${'…'}` },
    });
  }
  throw new XacctError('usage', `${because}AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY`, {
    hint: { run: command`unset AWS_ACCESS_KEY_ID` },
  });
}
