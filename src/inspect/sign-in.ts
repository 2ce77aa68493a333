// What a person has to sign in to for an identity, whether that is done, and the command that does it.
import { command, type Hint } from '../hint.ts';
import type { Chain } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import { loginState, type SessionState, ssoState } from '../profiles/session-state.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';

export interface SignIn {
  /** As in `SSO session corp`. */
  to: string;
  state: SessionState['state'];
  /** Milliseconds. */
  leftMs?: number;
  /** How long it lasts from its beginning, as far as it is known. Milliseconds. */
  totalMs?: number;
  /** Epoch milliseconds. */
  expiresAt?: number;
  /** Whether it is renewed when it is next needed, without the user. */
  renews?: boolean;
  /** Why it is unreadable. */
  problem?: string;
  fix?: Hint;
}

/** An MFA session of ours lasts as long as STS lets it. */
const MFA_SESSION_MS = 43_200_000;

/** `login` begins an MFA session of the identity; `now` is epoch ms. Undefined for what needs no sign-in. */
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
