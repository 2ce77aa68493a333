// Minters that renew one session at the same moment: its refresh token works once, and the others are refused.
import { setTimeout } from 'node:timers/promises';
import type { Exchange } from '../../net/transport-failure.ts';
import type { ProfileLink } from '../../profiles/profile-chain.ts';

/** The time that the one whose renewal was accepted has to write it to the session's file, in several looks. Milliseconds. */
const LOOKS_MS = [250, 500];

/** Status of the answers to a refresh token. The SSO portal, which is asked for keys and knows no such token, has others. */
const REFUSED: Readonly<Record<'sso' | 'login', readonly number[]>> = { sso: [400], login: [400, 401, 403] };

/** `resolve`, and again where the renewal of a session was refused: the SDK reads the session's file anew each time. */
export async function withRenewedSession<T>(
  source: ProfileLink | undefined,
  resolve: () => Promise<T>,
  lastExchange: () => Exchange | undefined,
): Promise<T> {
  if (source?.kind !== 'sso' && source?.kind !== 'login') return resolve();
  for (const wait of LOOKS_MS) {
    try {
      return await resolve();
    } catch (error) {
      if (!REFUSED[source.kind].includes(lastExchange()?.status ?? 0)) throw error;
      await setTimeout(wait);
    }
  }
  return resolve();
}
