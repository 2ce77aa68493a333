// What `docker login` brought: one credential per hostname, in memory until its token expires.
import { LRUCache } from 'lru-cache';
import type { Clock } from './token.ts';

export interface Login {
  username: string;
  secret: string;
}

export interface LoginStore {
  get(hostname: string): Login | undefined;
  set(hostname: string, login: Login): void;
  erase(hostname: string): void;
  /** Hostname → username. */
  list(): Map<string, string>;
  purge(): void;
  clear(): void;
}

/** What ECR gives a token. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
const TOKEN_LIFE_MS = 12 * 3_600_000;
const MAX_LOGINS = 1_000;

export function createLoginStore(clock: Clock): LoginStore {
  const logins = new LRUCache<string, { username: string; secret: Buffer }>({
    max: MAX_LOGINS,
    ttlResolution: 0,
    perf: { now: clock },
    dispose: (login) => login.secret.fill(0),
  });
  return {
    get(hostname) {
      const login = logins.get(hostname);
      return login && { username: login.username, secret: login.secret.toString() };
    },
    set(hostname, { username, secret }) {
      const now = clock();
      const ttl = Math.min((expirationHint(secret) ?? Number.POSITIVE_INFINITY) - now, TOKEN_LIFE_MS);
      if (ttl > 0) logins.set(hostname, { username, secret: Buffer.from(secret) }, { ttl });
      else logins.delete(hostname);
    },
    erase: (hostname) => void logins.delete(hostname),
    list: () => new Map([...logins.entries()].map(([hostname, login]) => [hostname, login.username])),
    purge: () => void logins.purgeStale(),
    clear: () => logins.clear(),
  };
}

/**
 * Epoch ms at which an ECR password expires, if it says so: it is base64 of JSON with `expiration` in epoch seconds.
 * Undocumented, so a hint and no more.
 */
function expirationHint(password: string): number | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(password, 'base64').toString());
    if (typeof value === 'object' && value !== null && 'expiration' in value) {
      const seconds = value.expiration;
      if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds * 1_000;
    }
  } catch {
    // Not an ECR password as we know it.
  }
  return undefined;
}
