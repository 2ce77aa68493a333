// The sign-in that an identity needs, its state, and the command that does it.
import { attempt, XacctError } from '../errors.ts';
import type { Explanation } from '../helper/explain.ts';
import { command, type Hint } from '../hint.ts';
import { type Chain, profileChain } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { loginState, type SessionState, ssoState } from '../profiles/session-state.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';

export interface SignIn {
  /** As in `SSO session corp`. */
  to: string;
  state: SessionState['state'];
  /** Milliseconds. */
  leftMs?: number;
  /** Its whole duration, if it is known. Milliseconds. */
  totalMs?: number;
  /** Epoch milliseconds. */
  expiresAt?: number;
  /** Whether it is renewed on its next use, without the user. */
  renews?: boolean;
  /** Why it is unreadable. */
  problem?: string;
  fix?: Hint;
}

/** Our MFA sessions last as long as STS allows. */
const MFA_SESSION_MS = 43_200_000;

/** `login` begins an MFA session of the identity; `now` is epoch ms. Undefined if the identity needs no sign-in. */
export function signInOf(
  { source, roles }: Chain,
  sessions: readonly MfaSessionStatus[],
  { env, now, login }: { env: Environment; now: number; login: Hint },
): SignIn | undefined {
  const serial = roles.find(({ mfa_serial }) => mfa_serial)?.mfa_serial;
  switch (source.kind) {
    case 'sso': {
      const to = `SSO session ${source.sso_session ?? source.sso_start_url}`;
      const fix = { run: command`aws sso login --profile ${source.profile}` };
      return withFix(to, ssoState(source, { env, now }), fix);
    }
    case 'login': {
      const fix = { run: command`aws login --profile ${source.profile}` };
      return withFix('aws login', loginState(source.login_session, { env, now }), fix);
    }
  }
  return serial === undefined ? undefined : mfaSignIn(serial, sessions, login);
}

/**
 * The missing sign-in that keeps the identity from a token; undefined if there is none, or it is not known here. See
 * `signInOf`.
 */
export function awaitedSignIn(
  { hostname, candidates, chosen, login }: Explanation,
  profiles: () => Profiles,
  { env, now }: { env: Environment; now: number },
): SignIn | undefined {
  const { profile, token, mfa } = candidates[chosen ?? 0] ?? {};
  const serves = token !== undefined || login !== undefined || mfa?.sessionLeftMs !== undefined;
  if (profile === undefined || serves) return undefined;
  const chain = attempt(() => profileChain(profiles(), profile, { env, ambient: 'none' }));
  if (chain instanceof XacctError) return undefined;
  const signIn = signInOf(chain, [], { env, now, login: { run: command`ecr-xacct login ${hostname}` } });
  return signIn?.state === 'signed in' ? undefined : signIn;
}

/** As in `you have not signed in to SSO session corp`. */
export function awaitedText({ to, state, problem }: SignIn): string {
  if (to.startsWith('MFA ')) return 'it needs an MFA code';
  if (state === 'expired') return `the sign-in to ${to} has expired`;
  return state === 'unreadable' ? `${to}: ${problem}` : `you have not signed in to ${to}`;
}

function withFix(to: string, state: SessionState, fix: Hint): SignIn {
  return { to, ...state, ...(state.state !== 'signed in' && { fix }) };
}

function mfaSignIn(serial: string, sessions: readonly MfaSessionStatus[], login: Hint): SignIn {
  const to = `MFA ${serial}`;
  const session = sessions.find((other) => other.serial === serial);
  if (session === undefined) {
    return { to, state: 'not signed in', fix: login };
  }
  const { leftMs, expiresAt } = session;
  return { to, state: 'signed in', leftMs, expiresAt, totalMs: Math.max(MFA_SESSION_MS, leftMs) };
}
