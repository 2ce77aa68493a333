// Whether the user has signed in with `aws sso login` or `aws login`, and until when, from the AWS CLI's file.
import { statSync } from 'node:fs';
import type { Environment } from '../invocation.ts';
import { isRecord } from '../is-record.ts';
import { readSmallFile, whyUnreadable } from '../os/small-file.ts';
import { loginFile, ssoFile } from './session-file.ts';
import { endOf, isRenewable, isSsoToken } from './sso-token.ts';

/** Times in milliseconds, `expiresAt` in epoch milliseconds. */
export type SessionState =
  | {
      state: 'signed in';
      expiresAt: number;
      leftMs: number;
      /** Its whole duration, if it is known. */
      totalMs: number;
      /** Whether it is renewed on its next use, without the user. */
      renews: boolean;
    }
  | { state: 'expired'; expiresAt: number; leftMs: 0 }
  | { state: 'not signed in' }
  | {
      state: 'unreadable';
      /** Why it is unreadable. */
      problem: string;
    };

/** The text for an expired session that can be renewed (`renews`). */
export const RENEWED = 'renewed when needed';

interface Looked {
  env: Environment;
  /** Epoch milliseconds. */
  now: number;
}

/** The state of an `aws sso login` session. One without an `[sso-session]` (the older form) is never renewed. */
export function ssoState(
  sso: { sso_session?: string; sso_start_url: string },
  { env, now }: Looked,
): SessionState {
  return stateIn(ssoFile(sso, env), now, (content) =>
    isSsoToken(content)
      ? {
          expiresAt: endOf(content.expiresAt),
          renews: sso.sso_session !== undefined && isRenewable(content, now),
        }
      : undefined,
  );
}

/** The state of an `aws login` session. */
export function loginState(session: string, { env, now }: Looked): SessionState {
  return stateIn(loginFile(session, env), now, ({ accessToken, refreshToken }) => {
    const date = isRecord(accessToken) ? accessToken.expiresAt : undefined;
    if (typeof date !== 'string') return undefined;
    return { expiresAt: endOf(date), renews: typeof refreshToken === 'string' };
  });
}

type ReadSession = (
  content: Readonly<Record<string, unknown>>,
) => { expiresAt: number; renews: boolean } | undefined;

function stateIn(file: string, now: number, read: ReadSession): SessionState {
  try {
    const content: unknown = JSON.parse(readSmallFile(file));
    const { expiresAt = Number.NaN, renews = false } = (isRecord(content) && read(content)) || {};
    if (Number.isNaN(expiresAt)) return { state: 'unreadable', problem: `${file} is incomplete` };
    const leftMs = Math.max(0, expiresAt - now);
    if (leftMs === 0 && !renews) return { state: 'expired', expiresAt, leftMs };
    // The file is written when the session begins, and at each renewal.
    const totalMs = Math.max(leftMs, expiresAt - statSync(file).mtimeMs);
    return { state: 'signed in', expiresAt, leftMs, totalMs, renews };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { state: 'not signed in' };
    const why = error instanceof SyntaxError ? 'it is not JSON' : whyUnreadable(error);
    return { state: 'unreadable', problem: `${file}: ${why}` };
  }
}
