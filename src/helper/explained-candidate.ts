// A candidate as `explain` shows it: its chain of roles, token and fault; and the profiles that are no candidates.
import { attempt, XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';
import { chainOf } from '../identity/chain.ts';
import { describeChain, describePodChain } from '../identity/describe-chain.ts';
import { describeIdentity, isOfUnknownPod, profileOf } from '../identity/identity.ts';
import { identityKey } from '../identity/identity-key.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import type { ResolutionInput } from '../identity/precedence.ts';
import { profileChain } from '../identity/profile-chain.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { TokenStatus } from '../token/slot-status.ts';
import type { TokenInput } from './find-token.ts';
import type { HelperDeps } from './helper.ts';

export interface ExplainedCandidate {
  identity: string;
  /** From the first credentials to the last role. */
  chain: string[];
  profile?: string;
  reason: string;
  /** Present if the identity is for pods, each by its service account, and not for a caller on this machine. */
  isOfPods?: true;
  token?: TokenStatus;
  /** The MFA device whose code it needs, and how long a session with it lasts. */
  mfa?: { serial: string; sessionExpiresAt?: number; sessionLeftMs?: number };
  /** Why it cannot be used, as far as its settings show. */
  problem?: string;
  /** The fix for that. */
  fix?: Hint;
}

/** A profile of the account that is no candidate. */
export interface PassedOver {
  profile: string;
  problem: string;
  fix?: Hint;
}

export function explainedCandidate(
  deps: HelperDeps,
  wanted: TokenInput,
  resolution: Resolution,
): ExplainedCandidate {
  const { profiles, env } = wanted;
  const { identity, reason } = resolution;
  const profile = profileOf(identity);
  const what = {
    identity: describeIdentity(identity),
    reason,
    ...(profile === undefined ? {} : { profile }),
  };
  if (isOfUnknownPod(identity)) return { ...what, chain: describePodChain(identity), isOfPods: true };
  const known = attempt(() => {
    const device = mfaDevice(identity, wanted);
    const session = device && deps.mfaSessions.statusOf(device.sessionKey);
    return {
      chain: describeChain(chainOf(identity, profiles, env)),
      token: deps.tokens.statusOf(identityKey(resolution, wanted)),
      mfa: device && {
        serial: device.serial,
        ...(session && { sessionExpiresAt: session.expiresAt, sessionLeftMs: session.leftMs }),
      },
    };
  });
  if (known instanceof XacctError) return { ...what, chain: [], ...problemOf(known) };
  const { chain, token, mfa } = known;
  return { ...what, chain, ...(token && { token }), ...(mfa && { mfa }) };
}

const MAX_PASSED_OVER = 5;

/** The profiles that discovery would use for the registry's account if they were complete. */
export function passedOver(
  { registry, config, profiles, env }: ResolutionInput,
  candidates: readonly ExplainedCandidate[],
): PassedOver[] {
  const { account } = registry;
  if (account === undefined || !config.discover) return [];
  const names = attempt(() => profiles.accounts().declared.get(account) ?? []);
  if (names instanceof XacctError) return [];
  return names
    .filter((name) => !candidates.some(({ profile }) => profile === name))
    .flatMap((profile) => {
      const chain = attempt(() => profileChain(profiles, profile, { env, ambient: 'none' }));
      return chain instanceof XacctError ? [{ profile, ...problemOf(chain) }] : [];
    })
    .slice(0, MAX_PASSED_OVER);
}

function problemOf({ message, hint }: XacctError): { problem: string; fix?: Hint } {
  return { problem: message, ...(hint && { fix: hint }) };
}
