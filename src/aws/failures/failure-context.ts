// What the explanation of a failure is based on, and how it names the identity that failed.
import { XacctError } from '../../errors.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Chain } from '../../identity/profile-chain.ts';
import type { Resolution } from '../../identity/resolve.ts';
import type { Environment } from '../../invocation.ts';
import type { Exchange } from '../../net/transport-failure.ts';
import { foreignAnswer } from './foreign-answer.ts';

export interface FailureContext {
  resolution: Resolution;
  chain: Chain;
  /** The caller's environment. */
  env: Environment;
  /** What the minter was getting when it failed. */
  stage: 'credentials' | 'token' | 'call';
  exchange: Exchange | undefined;
  /** Whether a role was being assumed with the session of an earlier MFA code. */
  usesMfaSession: boolean;
}

/**
 * Names the profile at the source of the credentials. If the identity is that profile, the message already names it.
 */
export function its(profile: string, identity: Identity): string {
  return identity.kind === 'profile' && identity.profile === profile ? 'its' : `profile ${profile}'s`;
}

/** The ARN or serial number of the device that gave the code. */
export function mfaSerial({ chain }: FailureContext): string {
  return chain.roles.find(({ mfa_serial }) => mfa_serial)?.mfa_serial ?? 'the MFA device';
}

/** For an error that is neither a refusal by AWS nor a fault of the network. */
export function unexpected(error: unknown, { exchange }: FailureContext): XacctError {
  if (exchange?.status !== undefined) return foreignAnswer(error, exchange, exchange.status);
  const name = error instanceof Error ? error.name : typeof error;
  return new XacctError('internal', `unexpected ${name}`, {
    hint: { say: 'run the same command again' },
    cause: error,
  });
}
