// A profile, its source profiles, and the one source of its first credentials, by the AWS CLI's rules.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { credentialKind, hasKeys, settingsIn } from '../profiles/credential-kind.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { missingProfile, withoutCredentials } from './profile-failure.ts';
import {
  ambientSource,
  namedSource,
  type ProfileLink,
  profileSource,
  type Source,
  webIdentitySource,
} from './source.ts';

/** A role that is assumed with the credentials before it. */
export interface AssumedRole {
  role_arn: string;
  external_id?: string | undefined;
  role_session_name?: string | undefined;
  /** Seconds. */
  duration_seconds?: number | undefined;
  mfa_serial?: string | undefined;
}

/** Everything that credentials are made from, in order. */
export interface Chain {
  /** The profiles of the chain, the named one first. */
  links: readonly ProfileLink[];
  source: Source;
  /** In the order in which they are assumed. */
  roles: readonly AssumedRole[];
}

/**
 * What may replace a profile's own credentials, as in the AWS CLI. `in-force`: the caller's web identity comes after
 * the profile's role; container and instance come last. `named`, as with `aws --profile`: container and instance only.
 * `none`: nothing; for source profiles, and for profiles that discovery found.
 */
export type Ambient = 'in-force' | 'named' | 'none';

/**
 * @param isSource whether it is the source of a role.
 * @throws XacctError `profile-missing`, `profile-cycle`, `profile-incomplete`, with the profile and its file and line;
 * `profile-empty` if it has no credentials; `profiles-invalid`.
 */
export function profileChain(
  profiles: Profiles,
  name: string,
  { env, ambient, isSource = false }: { env: Environment; ambient: Ambient; isSource?: boolean },
): Chain {
  const links: ProfileLink[] = [];
  const roles: AssumedRole[] = [];
  for (let next = name; ; ) {
    const asSource = isSource || links.length > 0;
    const link = profileLink(profiles, next, links.at(-1), asSource, { env, ambient });
    links.push(link);
    if (link.kind === 'role') {
      roles.unshift(roleOf(link, profiles));
      const source = roleSource(link, links, profiles, env);
      if (typeof source !== 'string') return { links, roles, source };
      next = source;
      continue;
    }
    const allowed = asSource ? 'none' : ambient;
    const source =
      (allowed === 'in-force' ? webIdentitySource(env, link, profiles) : undefined) ??
      profileSource(link, profiles) ??
      (allowed === 'none' ? undefined : ambientSource(env));
    if (source === undefined) throw withoutCredentials(link, links.at(-2)?.name, profiles);
    return { links, roles, source };
  }
}

/** False for a profile without credentials. True for one that is broken or needs a sign-in. */
export function saysCredentials(profiles: Profiles, name: string, env: Environment): boolean {
  try {
    profileChain(profiles, name, { env, ambient: 'none' });
    return true;
  } catch (error) {
    if (error instanceof XacctError) return error.code !== 'profile-empty';
    throw error;
  }
}

function profileLink(
  profiles: Profiles,
  name: string,
  namedBy: ProfileLink | undefined,
  isSource: boolean,
  { env, ambient }: { env: Environment; ambient: Ambient },
): ProfileLink {
  const sections = profiles.sectionsOf(name);
  const isThere = sections.config !== undefined || sections.credentials !== undefined;
  // If no profile is named and `[default]` does not exist, the AWS CLI continues without a profile.
  if (!isThere && !(ambient === 'in-force' && name === 'default' && !isSource)) {
    throw missingProfile(profiles, name, namedBy?.name);
  }
  // If the variable is set and empty, it still replaces the profile's setting, as other variables do.
  const isEmptied = ambient === 'in-force' && !isSource && env.AWS_WEB_IDENTITY_TOKEN_FILE === '';
  return { name, settings: settingsIn(sections), kind: credentialKind(sections, isSource, isEmptied) };
}

/** The AWS CLI has no limit. Each link is a call of STS, and its session ends within the hour. */
const MAX_LINKS = 64;

/** The source profile of a role, or what its `credential_source` names. */
function roleSource(
  { name, settings }: ProfileLink,
  links: readonly ProfileLink[],
  profiles: Profiles,
  env: Environment,
): string | Source {
  const { source_profile, credential_source } = settings;
  if (source_profile !== undefined && credential_source !== undefined) {
    throw new XacctError(
      'profile-incomplete',
      `profile ${name} has both source_profile and credential_source for its role_arn (${profiles.where(name, 'credential_source')})`,
      { hint: { say: 'delete one of the two lines:', run: command`$EDITOR ${profiles.configFile}` } },
    );
  }
  if (credential_source !== undefined) {
    return namedSource(credential_source, env, {
      profile: name,
      at: profiles.where(name, 'credential_source'),
    });
  }
  if (source_profile === undefined) throw roleWithoutSource(name, settings, profiles);
  checkCycle(name, source_profile, links, profiles);
  if (links.length < MAX_LINKS) return source_profile;
  throw new XacctError(
    'profile-incomplete',
    `profile ${links[0]?.name} leads through more than ${MAX_LINKS} source profiles (${profiles.where(name, 'source_profile')})`,
    {
      hint: {
        say: 'name a profile that is nearer to the keys:',
        run: command`aws configure set source_profile NAME --profile ${links[0]?.name ?? name}`,
      },
    },
  );
}

function roleWithoutSource(name: string, settings: Settings, profiles: Profiles): XacctError {
  const saysMore = hasKeys(settings) || settings.credential_process !== undefined;
  return new XacctError(
    saysMore ? 'profile-incomplete' : 'profile-empty',
    `profile ${name} has a role_arn without a source_profile, credential_source or web_identity_token_file (${profiles.where(name, 'role_arn')})`,
    {
      hint: {
        say: hasKeys(settings)
          ? 'to assume the role with its own keys'
          : 'name the profile that may assume it',
        run: command`aws configure set source_profile ${hasKeys(settings) ? name : 'NAME'} --profile ${name}`,
      },
    },
  );
}

/** A profile with keys may name itself as the source of its role. */
function checkCycle(name: string, source: string, links: readonly ProfileLink[], profiles: Profiles): void {
  const visited = links.find((link) => link.name === source);
  if (visited === undefined || (source === name && hasKeys(visited.settings))) return;
  const way = [...links.map((link) => link.name), source].join(' → ');
  throw new XacctError(
    'profile-cycle',
    `profile ${name} has source_profile ${source}, which leads back to it: ${way} (${profiles.where(name, 'source_profile')})`,
    {
      hint: {
        say: 'change the source:',
        run: command`aws configure set source_profile NAME --profile ${name}`,
      },
    },
  );
}

function roleOf({ name, settings }: ProfileLink, profiles: Profiles): AssumedRole {
  const { role_arn = '', external_id, role_session_name, duration_seconds, mfa_serial } = settings;
  const optional = { external_id, role_session_name, mfa_serial };
  return {
    role_arn,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
    ...(duration_seconds ? { duration_seconds: seconds(duration_seconds, name, profiles) } : {}),
  };
}

function seconds(text: string, name: string, profiles: Profiles): number {
  // Python's syntax for numbers.
  if (/^\+?\d{1,9}(?:_\d{1,3}){0,3}$/.test(text)) return Number(text.replaceAll('_', ''));
  throw new XacctError(
    'profile-incomplete',
    `profile ${name} has duration_seconds = ${text}, which is not a number of seconds (${profiles.where(name, 'duration_seconds')})`,
    { hint: { run: command`aws configure set duration_seconds 3600 --profile ${name}` } },
  );
}
