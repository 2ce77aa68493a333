// The credentials from `docker login`: one for each hostname, in memory until its token expires.
import type { Clock } from '../clock.ts';
import { readAndWipe } from '../os/wipe.ts';
import { createZeroingStore } from './zeroing-store.ts';

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

/** `expiresAt`: epoch ms by AWS's clock, if the password contains it. */
interface About {
  username: string;
  expiresAt: number;
}

/**
 * The life of an ECR token. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
const TOKEN_LIFE_MS = 12 * 3_600_000;
const MAX_LOGINS = 1_000;

/**
 * `awsNow`: epoch ms by AWS's clock, which a password's expiration uses. Before the first answer of AWS it is this
 * machine's clock, so the life of a login may be too long at first.
 */
export function createLoginStore(clock: Clock, awsNow: () => number): LoginStore {
  const logins = createZeroingStore<About>(MAX_LOGINS, clock);
  const isOver = ({ expiresAt }: About) => expiresAt <= awsNow();
  const living = () => {
    for (const [hostname, { about }] of logins.list()) if (isOver(about)) logins.delete(hostname);
    return logins.list();
  };
  return {
    get(hostname) {
      const login = logins.get(hostname);
      if (login === undefined || isOver(login.about)) return undefined;
      return { username: login.about.username, secret: login.secret };
    },
    set(hostname, { username, secret }) {
      const expiresAt = expirationHint(secret) ?? Number.POSITIVE_INFINITY;
      logins.set(hostname, { username, expiresAt }, secret, Math.min(expiresAt - awsNow(), TOKEN_LIFE_MS));
    },
    erase: logins.delete,
    list: () => new Map([...living()].map(([hostname, { about }]) => [hostname, about.username])),
    purge: () => void living(),
    clear: logins.clear,
  };
}

/**
 * Epoch ms at which an ECR password expires, if it is base64 of JSON with `expiration` in epoch seconds. This format is
 * undocumented, so the result is only a hint.
 */
function expirationHint(password: string): number | undefined {
  try {
    const value: unknown = JSON.parse(readAndWipe(Buffer.from(password, 'base64'), String));
    if (typeof value === 'object' && value !== null && 'expiration' in value) {
      const seconds = value.expiration;
      if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds * 1_000;
    }
  } catch {
    // Not a known form of an ECR password.
  }
  return undefined;
}
