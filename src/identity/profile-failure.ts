// Why a profile has no identity: it does not exist, or it has no credentials.
import { XacctError } from '../errors.ts';
import { type Command, command, type Hint } from '../hint.ts';
import { nearest, slipsBetween } from '../nearest.ts';
import type { Settings } from '../profiles/ini.ts';
import type { Profiles } from '../profiles/profiles.ts';

export function missingProfile(profiles: Profiles, name: string, namedBy: string | undefined): XacctError {
  const files = `${profiles.configFile} or ${profiles.credentialsFile}`;
  const by = namedBy === undefined ? '' : ` (the source_profile of profile ${namedBy})`;
  const message = `there is no profile ${name}${by} in ${files}`;
  const almost = profiles.almost(name);
  if (almost !== undefined) {
    const meant = /^[\w@%+.:/-]+$/.test(name) ? name : JSON.stringify(name);
    return new XacctError(
      'profile-missing',
      `${message}: the AWS CLI reads no profile from [${almost.header}] (${profiles.configFile}:${almost.line})`,
      { hint: { say: `write it as [profile ${meant}]:`, run: command`$EDITOR ${profiles.configFile}` } },
    );
  }
  const near = nearest(name, profiles.names);
  return new XacctError('profile-missing', message, {
    hint:
      near === undefined
        ? { say: 'to list them', run: command`aws configure list-profiles` }
        : { say: `did you mean ${near}?` },
  });
}

/**
 * `again`: the command that was run, with another profile. @throws XacctError `profile-missing` if the user named a
 * profile that does not exist, with the command for the profile that was probably meant.
 */
export function refuseMistyped(
  named: string | undefined,
  profiles: Profiles,
  again: (meant: string) => Command,
): void {
  if (named === undefined || profiles.profile(named) !== undefined) return;
  const error = missingProfile(profiles, named, undefined);
  const meant = nearest(named, profiles.names);
  // The error may already have a command that fixes it in another way.
  if (meant === undefined || error.hint?.run !== undefined) throw error;
  throw error.reworded(error.message, { ...error.hint, run: again(meant) });
}

export function withoutCredentials(
  link: NamedSettings,
  sourceOf: string | undefined,
  profiles: Profiles,
): XacctError {
  const { name } = link;
  const { config, credentials } = profiles.sectionsOf(name);
  const isThere = config !== undefined || credentials !== undefined;
  const { says, hint = { run: command`aws configure --profile ${name}` } } = missingCredentials(
    link,
    sourceOf,
  );
  const what = isThere ? `${says} (${profiles.where(name)})` : `there is no profile ${name}`;
  return new XacctError('profile-empty', what, { hint });
}

interface NamedSettings {
  name: string;
  settings: Settings;
}

/** Why a profile of the kind `none` has no credentials. */
export function missingCredentials(
  { name, settings }: NamedSettings,
  sourceOf?: string,
): { says: string; hint?: Hint } {
  const by = sourceOf === undefined ? '' : `, the source_profile of profile ${sourceOf},`;
  if (!settings.web_identity_token_file) {
    return { says: `profile ${name}${by} has no credentials` };
  }
  return {
    says: `AWS_WEB_IDENTITY_TOKEN_FILE is empty and turns off the web identity of profile ${name}, which has no other credentials`,
    hint: { run: command`unset AWS_WEB_IDENTITY_TOKEN_FILE` },
  };
}

const SOURCES = ['Environment', 'Ec2InstanceMetadata', 'EcsContainer'];

/** The error for an unknown `credential_source`; `at` as in `FILE:LINE`. */
export function unknownSource(said: string, { profile, at }: { profile: string; at: string }): XacctError {
  const message = `credential_source ${said} of profile ${profile} is none of Environment, Ec2InstanceMetadata and EcsContainer (${at})`;
  const source = nearestSource(said) ?? 'NAME';
  return new XacctError('profile-incomplete', message, {
    hint: { run: command`aws configure set credential_source ${source} --profile ${profile}` },
  });
}

/** The only source that has the same beginning, contains the text, or differs by a small typing error. */
function nearestSource(said: string): string | undefined {
  const meant = said.toLowerCase().replace(/[^a-z\d]/g, '');
  const close = SOURCES.filter((source) => {
    const other = source.toLowerCase();
    return other.startsWith(meant.slice(0, 3)) || other.includes(meant) || slipsBetween(meant, other, 1) <= 1;
  });
  return close.length === 1 ? close[0] : undefined;
}
