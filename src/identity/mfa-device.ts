// Which MFA device an identity needs a code of, and what an MFA session with it is good for.
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { type ProfileLink, profileChain } from '../profiles/profile-chain.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { credentialSourceOf, type Identity, profileOf } from './identity.ts';
import { credentialKey } from './identity-key.ts';
import type { Resolution } from './resolve.ts';

export interface MfaDevice {
  /** ARN or serial number. */
  serial: string;
  /** The same for every identity whose credentials begin with the same keys: one session serves them all. */
  sessionKey: string;
}

/** Undefined where no code is needed. @throws XacctError as `profileChain` does. */
export function mfaDevice(identity: Identity, profiles: Profiles, env: Environment): MfaDevice | undefined {
  const profile = profileOf(identity);
  const chain = profile === undefined ? [] : profileChain(profiles, profile);
  // The role nearest to the keys: a device belongs to a user, and a role's session is none.
  const link = chain.findLast(
    ({ kind, settings }) => settings.mfa_serial && (kind === 'role' || kind === 'credential-source'),
  );
  const serial = link?.settings.mfa_serial ?? (identity.kind === 'role' ? identity.mfa_serial : undefined);
  if (serial === undefined) return undefined;
  const keys = keysOf(identity, chain.at(-1));
  return { serial, sessionKey: JSON.stringify([serial, credentialKey(keys, profiles, env)]) };
}

/** Whose keys the credentials begin with. */
function keysOf(identity: Identity, source: ProfileLink | undefined): Identity {
  if (source !== undefined && source.kind !== 'credential-source') {
    return { kind: 'profile', profile: source.name };
  }
  const credentialSource = source?.settings.credential_source ?? credentialSourceOf(identity);
  if (credentialSource === 'Environment') return { kind: 'environment' };
  return credentialSource === 'EcsContainer' ? { kind: 'container' } : { kind: 'instance' };
}

/** Nobody can type a code in Docker's protocol. */
export function mfaRequired(serial: string, resolution: Resolution): XacctError {
  return new XacctError('mfa-required', `an MFA code of ${serial} is required`, {
    hint: { run: mfaLoginCommand(resolution) },
  });
}

/** The command that begins an MFA session for a resolution, whatever shell it is run in. */
export function mfaLoginCommand({ identity, step, hostname }: Resolution): Command {
  const isOfShell = step === 'override' || step === 'environment';
  const as = isOfShell && identity.kind === 'profile' ? ['--profile', identity.profile] : [];
  return ['ecr-xacct', 'login', ...as, hostname];
}
