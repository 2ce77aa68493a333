// The MFA device whose code an identity needs, and the key of the MFA sessions with it.
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { chainOf } from './chain.ts';
import type { CallerWorld, Identity } from './identity.ts';
import { sourceParts } from './identity-key.ts';
import type { Resolution } from './resolve.ts';

export interface MfaDevice {
  /** ARN or serial number. */
  serial: string;
  /** The same for all identities that begin with the same keys: one session serves them all. */
  sessionKey: string;
}

/** Undefined if no code is needed. @throws XacctError as `chainOf` does; WholeEnvironmentNeeded. */
export function mfaDevice(identity: Identity, world: CallerWorld): MfaDevice | undefined {
  const { roles, source } = chainOf(identity, world.profiles, world.env);
  // The role nearest to the keys: a device belongs to a user, and not to a role's session.
  const at = roles.findIndex(({ mfa_serial }) => mfa_serial);
  const serial = roles[at]?.mfa_serial;
  if (serial === undefined) return undefined;
  // The key contains the roles between the keys and this one: a session of the keys alone would not.
  return { serial, sessionKey: JSON.stringify([serial, roles.slice(0, at), ...sourceParts(source, world)]) };
}

/** Docker's protocol has no prompt for a code. */
export function mfaRequired(serial: string, resolution: Resolution): XacctError {
  return new XacctError('mfa-required', `an MFA code of ${serial} is required`, {
    hint: { run: mfaLoginCommand(resolution) },
  });
}

/** The command that begins an MFA session for a resolution, in any shell. */
export function mfaLoginCommand({ identity, step, hostname }: Resolution): Command {
  const isOfShell = step === 'override' || step === 'environment';
  const as = isOfShell && identity.kind === 'profile' ? ['--profile', identity.profile] : [];
  return ['ecr-xacct', 'login', ...as, hostname];
}
