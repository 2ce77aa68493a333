// Remembers for a moment that a mint failed, because callers ask again at once: BuildKit thrice for one pull.
import { type ErrorCode, XacctError } from '../errors.ts';
import type { Clock } from './token.ts';

export interface FailureMemory {
  /** Keeps the error, if it is of a kind that AWS or the network decides and no person has mended a moment later. */
  remember(key: string, error: unknown): void;
  /** @throws the error that is remembered for the key. */
  throwRemembered(key: string): void;
  purge(): void;
  clear(): void;
}

const MOMENT_MS = 3_000;

/** Not the failures that a command mends: after `aws sso login`, or the edit of a file, the next `get` tries again. */
const REMEMBERED: ReadonlySet<ErrorCode> = new Set([
  'access-denied',
  'assume-role-denied',
  'network',
  'service',
  'throttled',
  'timeout',
]);

export function createFailureMemory(clock: Clock): FailureMemory {
  const failures = new Map<string, { error: unknown; until: number }>();
  return {
    remember(key, error) {
      if (!(error instanceof XacctError) || !REMEMBERED.has(error.code)) return;
      failures.set(key, { error, until: clock() + MOMENT_MS });
    },
    throwRemembered(key) {
      const failure = failures.get(key);
      if (failure !== undefined && clock() < failure.until) throw failure.error;
    },
    purge() {
      for (const [key, { until }] of failures) if (clock() >= until) failures.delete(key);
    },
    clear: () => failures.clear(),
  };
}
