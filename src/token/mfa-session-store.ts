// MFA sessions in memory: what STS gave for a code, until it expires. The only AWS credentials that a daemon ever holds.
import type { MfaSession } from '../questions.ts';
import type { Clock } from './lifetime.ts';
import { createZeroingStore } from './zeroing-store.ts';

/** A session in memory, without its secrets. */
export interface MfaSessionStatus {
  serial: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

export interface MfaSessionStore {
  get(key: string): MfaSession | undefined;
  /** `serial`: of the MFA device. */
  set(key: string, serial: string, session: MfaSession): void;
  status(): MfaSessionStatus[];
  statusOf(key: string): MfaSessionStatus | undefined;
  delete(key: string): void;
  purge(): void;
  clear(): void;
}

const MAX_SESSIONS = 100;
/** A session with less life than a mint may take is as good as none. */
const LEAST_MS = 60_000;

export function createMfaSessionStore(clock: Clock): MfaSessionStore {
  const sessions = createZeroingStore<MfaSessionStatus>(MAX_SESSIONS, clock);
  return {
    get(key) {
      const session = sessions.get(key);
      return session && (JSON.parse(session.secret) as MfaSession);
    },
    set(key, serial, session) {
      const { expiresAt } = session;
      // One that is over already leaves an earlier one alone.
      const life = expiresAt - clock() - LEAST_MS;
      if (life > 0) sessions.set(key, { serial, expiresAt }, JSON.stringify(session), life);
    },
    status: () => [...sessions.about().values()],
    statusOf: (key) => sessions.get(key)?.about,
    delete: sessions.delete,
    purge: sessions.purge,
    clear: sessions.clear,
  };
}
