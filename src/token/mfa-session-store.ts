// MFA sessions in memory: what STS gave for a code, until it expires. The only AWS credentials that a daemon ever holds.
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
  /** AWS does not take this session any more; a newer one that is there stays. */
  refused(key: string, session: MfaSession): void;
  purge(): void;
  clear(): void;
}

const MAX_SESSIONS = 100;
/** A session with less life than a mint may take is as good as none. */
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
      // One that is over already leaves an earlier one alone.
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
