// MFA sessions in memory: what STS returned for a code, until it expires. A daemon keeps no other AWS credentials.
import type { Clock } from '../clock.ts';
import type { MfaSession } from '../questions.ts';
import { createZeroingStore } from './zeroing-store.ts';

/** A session in memory, without its secrets. */
export interface MfaSessionStatus {
  serial: string;
  /** Epoch milliseconds by AWS's clock. */
  expiresAt: number;
  /** What is left of it, however this machine's clock is set. Milliseconds. */
  leftMs: number;
}

export interface MfaSessionStore {
  get(key: string): MfaSession | undefined;
  /** `serial`: of the MFA device. */
  set(key: string, serial: string, session: MfaSession): void;
  status(): MfaSessionStatus[];
  statusOf(key: string): MfaSessionStatus | undefined;
  /** Removes a session that AWS no longer accepts, unless a newer one has replaced it. */
  refused(key: string, session: MfaSession): void;
  purge(): void;
  clear(): void;
}

const MAX_SESSIONS = 100;
/** A session with less life than a mint may take is useless. */
const LEAST_MS = 60_000;

export function createMfaSessionStore(clock: Clock): MfaSessionStore {
  const sessions = createZeroingStore<{ serial: string; expiresAt: number }>(MAX_SESSIONS, clock);
  const get = (key: string): MfaSession | undefined => {
    const session = sessions.get(key);
    return session && (JSON.parse(session.secret) as MfaSession);
  };
  const statusOf = ({ about, leftMs }: { about: { serial: string; expiresAt: number }; leftMs: number }) => ({
    ...about,
    leftMs: leftMs + LEAST_MS,
  });
  return {
    get,
    set(key, serial, session) {
      const { expiresAt, begunAt } = session;
      // A session that is already over does not replace an earlier one.
      const life = expiresAt - begunAt - LEAST_MS;
      if (life > 0) sessions.set(key, { serial, expiresAt }, JSON.stringify(session), life);
    },
    status: () => [...sessions.list().values()].map(statusOf),
    statusOf(key) {
      const session = sessions.get(key);
      return session && statusOf(session);
    },
    refused(key, session) {
      if (get(key)?.sessionToken === session.sessionToken) sessions.delete(key);
    },
    purge: sessions.purge,
    clear: sessions.clear,
  };
}
