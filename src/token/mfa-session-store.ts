// MFA sessions in memory: what STS gave for a code, until it expires. The only AWS credentials that a daemon ever holds.

import { LRUCache } from 'lru-cache';
import type { MfaSession } from '../questions.ts';
import type { Clock } from './token.ts';

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
  // Buffers, not strings: they can be zeroed.
  const sessions = new LRUCache<string, MfaSessionStatus & { content: Buffer }>({
    max: MAX_SESSIONS,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: ({ content }) => content.fill(0),
  });
  return {
    get(key) {
      const session = sessions.get(key);
      return session && (JSON.parse(session.content.toString()) as MfaSession);
    },
    set(key, serial, session) {
      const ttl = session.expiresAt - clock() - LEAST_MS;
      if (ttl <= 0) return;
      const content = Buffer.from(JSON.stringify(session));
      sessions.set(key, { serial, expiresAt: session.expiresAt, content }, { ttl });
    },
    status: () => [...sessions.values()].map(statusOf),
    statusOf(key) {
      const session = sessions.get(key);
      return session && statusOf(session);
    },
    delete: (key) => void sessions.delete(key),
    purge: () => void sessions.purgeStale(),
    clear: () => sessions.clear(),
  };
}

function statusOf({ serial, expiresAt }: MfaSessionStatus): MfaSessionStatus {
  return { serial, expiresAt };
}
