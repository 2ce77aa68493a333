// What the explanation of a failure goes by, and how it names who failed.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import { type Identity, profileOf } from '../../identity/identity.ts';
import type { Resolution } from '../../identity/resolve.ts';
import type { Environment } from '../../invocation.ts';
import type { Exchange } from '../../net/transport-failure.ts';
import { type ProfileLink, profileChain } from '../../profiles/profile-chain.ts';
import type { Profiles } from '../../profiles/profiles.ts';

export interface FailureContext {
  resolution: Resolution;
  profiles: Profiles;
  /** The caller's. */
  env: Environment;
  /** What was being got when it failed. */
  stage: 'credentials' | 'token' | 'call';
  exchange: Exchange | undefined;
  /** Whether a role was to be assumed with the session of an earlier MFA code. */
  usesMfaSession: boolean;
}

/** The profile that the identity's credentials begin with: the end of its source_profile chain. */
export function sourceOf(identity: Identity, profiles: Profiles): ProfileLink | undefined {
  const profile = profileOf(identity);
  return profile === undefined ? undefined : profileChain(profiles, profile).at(-1);
}

/** Names the profile that the credentials begin with, unless the identity is that profile and stands before the message. */
export function its(source: ProfileLink, identity: Identity): string {
  return identity.kind === 'profile' && identity.profile === source.name ? 'its' : `profile ${source.name}'s`;
}

/** Neither AWS's own refusal nor a fault of the network. Never quotes an answer: it may hold a token. */
export function unexpected(error: unknown, { exchange }: FailureContext): XacctError {
  const name = error instanceof Error ? error.name : typeof error;
  if (exchange?.status === undefined) {
    return new XacctError('internal', `unexpected ${name}`, {
      hint: { say: 'run the same command again' },
      cause: error,
    });
  }
  return new XacctError(
    'service',
    `what answered for ${exchange.origin} (status ${exchange.status}) is not AWS, as with a captive portal or a proxy (${name})`,
    { hint: { say: 'check:', run: command`curl -sSi ${exchange.origin}/` }, cause: error },
  );
}
