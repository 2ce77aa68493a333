// A profile and the profiles it is resolved from, in order: `source_profile` followed to its end.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { type CredentialKind, credentialKind, isStatic, type Settings } from './credential-kind.ts';
import type { Profiles } from './profiles.ts';

export interface ProfileLink {
  name: string;
  settings: Settings;
  /** Where this profile's credentials come from, in the order in which the SDK looks. */
  kind: CredentialKind;
}

/**
 * The chain of a profile, itself first. The last link is where the credentials come from.
 * @throws XacctError `profile-missing`, `profile-cycle` or `profile-incomplete`, naming the profiles.
 */
export function profileChain(profiles: Profiles, name: string): ProfileLink[] {
  const chain: ProfileLink[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const link = profileLink(profiles, next, chain);
    chain.push(link);
    next = nextProfile(link, chain);
  }
  return chain;
}

function profileLink(profiles: Profiles, name: string, chain: readonly ProfileLink[]): ProfileLink {
  const settings = profiles.profile(name);
  if (settings === undefined) throw missing(profiles, name, chain.at(-1)?.name);
  const isSource = chain.length > 0;
  const kind = credentialKind(settings, isSource);
  if (kind === 'none') {
    throw new XacctError(
      'profile-incomplete',
      `profile ${name} in ${profiles.configFile} ${lackOf(settings)}`,
      { hint: { run: command`aws configure --profile ${name}` } },
    );
  }
  return { name, settings, kind };
}

function lackOf(settings: Settings): string {
  if (settings.role_arn !== undefined) {
    return settings.source_profile !== undefined && settings.credential_source !== undefined
      ? 'has both source_profile and credential_source for its role_arn'
      : 'has a role_arn without a source_profile, credential_source or web_identity_token_file';
  }
  if (settings.aws_access_key_id !== undefined) return 'has aws_access_key_id without aws_secret_access_key';
  return 'says no way to get credentials';
}

function nextProfile(
  { name, settings, kind }: ProfileLink,
  chain: readonly ProfileLink[],
): string | undefined {
  const source = settings.source_profile;
  if (kind !== 'role' || source === undefined) return undefined;
  const visited = chain.find((link) => link.name === source);
  // A profile may name itself as the source of its role when it has static keys too.
  if (visited === undefined || isStatic(visited.settings)) {
    if (chain.length <= 50) return source;
  }
  throw new XacctError(
    'profile-cycle',
    `profile ${name} has source_profile ${source}, which leads back to it: ${[...chain.map((link) => link.name), source].join(' → ')}`,
    {
      hint: {
        say: 'change the source:',
        run: command`aws configure set source_profile NAME --profile ${name}`,
      },
    },
  );
}

function missing(profiles: Profiles, name: string, namedBy: string | undefined): XacctError {
  const near = nearest(name, profiles.names);
  const files = `${profiles.configFile} or ${profiles.credentialsFile}`;
  const by = namedBy === undefined ? '' : ` (the source_profile of profile ${namedBy})`;
  return new XacctError('profile-missing', `there is no profile ${name}${by} in ${files}`, {
    hint:
      near === undefined
        ? { run: command`aws configure list-profiles` }
        : { say: `did you mean ${near}?`, run: command`aws configure list-profiles` },
  });
}

/** The only name that differs by a small typing error: in case, or by one character added, left out or changed. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const close = names.filter((other) => isOneEditAway(name.toLowerCase(), other.toLowerCase()));
  return close.length === 1 ? close[0] : undefined;
}

function isOneEditAway(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return Math.max(a.length, b.length) - start - end <= 1;
}
