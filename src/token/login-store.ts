// What `docker login` brought: one credential per hostname, in memory until its token expires.
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

/** `expiresAt`: epoch ms by AWS's clock, where the password says it. */
interface About {
  username: string;
  expiresAt: number;
}

/** What ECR gives a token. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
const TOKEN_LIFE_MS = 12 * 3_600_000;
const MAX_LOGINS = 1_000;

/**
 * `awsNow`: epoch ms by AWS's clock, which is the one that a password's expiration is of. Before AWS was heard it is this machine's,
 * so what a login's life is said to be when it comes may turn out to be too long.
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
 * Epoch ms at which an ECR password expires, if it says so: it is base64 of JSON with `expiration` in epoch seconds.
 * Undocumented, so a hint and no more.
 */
function expirationHint(password: string): number | undefined {
  try {
    const value: unknown = JSON.parse(readAndWipe(Buffer.from(password, 'base64'), String));
    if (typeof value === 'object' && value !== null && 'expiration' in value) {
      const seconds = value.expiration;
      if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds * 1_000;
    }
  } catch {
    // Not an ECR password as we know it.
  }
  return undefined;
}
