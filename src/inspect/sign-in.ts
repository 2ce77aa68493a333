// Whether the user has signed in for an identity, and until when, as far as this machine knows: nothing is asked of AWS.
import { statSync } from 'node:fs';
import { command, type Hint } from '../hint.ts';
import type { Chain } from '../identity/profile-chain.ts';
import type { Environment } from '../invocation.ts';
import { readSmallFile, whyUnreadable } from '../os/small-file.ts';
import { loginFile, ssoFile } from '../profiles/session-file.ts';
import { endOf, isRenewable, isSsoToken } from '../profiles/sso-token.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';

export interface SignIn {
  /** As in `SSO session corp`. */
  to: string;
  state: 'signed in' | 'not signed in' | 'expired' | 'unreadable';
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
      return inFile(to, ssoFile(source, env), {
        fix,
        now,
        read: ssoSession(source.sso_session !== undefined, now),
      });
    }
    case 'login': {
      const fix = { run: command`aws login --profile ${source.profile}` };
      return inFile('aws login', loginFile(source.login_session, env), { fix, now, read: loginSession });
    }
  }
  return serial === undefined ? undefined : mfaSignIn(serial, sessions, login);
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

interface Session {
  expiresAt: number;
  renews: boolean;
}

type ReadSession = (content: Record<string, unknown>) => Session | undefined;

function inFile(
  to: string,
  file: string,
  { fix, now, read }: { fix: Hint; now: number; read: ReadSession },
): SignIn {
  try {
    const content: unknown = JSON.parse(readSmallFile(file));
    const session = isObject(content) ? read(content) : undefined;
    if (session === undefined) return { to, state: 'unreadable', problem: `${file} is incomplete`, fix };
    const { expiresAt, renews } = session;
    const leftMs = Math.max(0, expiresAt - now);
    if (leftMs === 0 && !renews) return { to, state: 'expired', expiresAt, leftMs, fix };
    // The file is written when the session begins, and at each renewal.
    const totalMs = Math.max(leftMs, expiresAt - statSync(file).mtimeMs);
    return { to, state: 'signed in', leftMs, expiresAt, totalMs, renews };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { to, state: 'not signed in', fix };
    }
    const why = error instanceof SyntaxError ? 'it is not JSON' : whyUnreadable(error);
    return { to, state: 'unreadable', problem: `${file}: ${why}`, fix };
  }
}

/** The file of `aws sso login`; one of the form from before there were sessions is never renewed. */
function ssoSession(isSession: boolean, now: number): ReadSession {
  return (content) =>
    isSsoToken(content) && !Number.isNaN(endOf(content.expiresAt))
      ? { expiresAt: endOf(content.expiresAt), renews: isSession && isRenewable(content, now) }
      : undefined;
}

/** The file of `aws login`. */
const loginSession: ReadSession = ({ accessToken, refreshToken }) => {
  const date = isObject(accessToken) ? accessToken.expiresAt : undefined;
  const expiresAt = typeof date === 'string' ? endOf(date) : Number.NaN;
  return Number.isNaN(expiresAt) ? undefined : { expiresAt, renews: typeof refreshToken === 'string' };
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
