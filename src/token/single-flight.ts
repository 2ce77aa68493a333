// One mint at a time per key, however many wait for it; and for a moment the failure of one answers whoever asks again.
import type { Token } from '../questions.ts';
import { createFailureMemory } from './failure-memory.ts';
import type { Clock } from './token.ts';

/** A mint under way. */
interface Flight<Kept> {
  result: Promise<Minted<Kept>>;
  hostnames: Set<string>;
  /** Set meanwhile: the token must not come into memory. */
  forgotten: boolean;
}

export interface Minted<Kept> {
  token: Token;
  /** Undefined where the token is not kept. */
  kept: Kept | undefined;
}

export interface SingleFlight<Kept> {
  /**
   * Joins the mint of the key, or begins it; `keep` is called with its token, once, unless it was forgotten meanwhile.
   * @param hostnames those it is for, for `forget`.
   * @throws whatever `mint` throws.
   */
  run(
    key: string,
    hostnames: Iterable<string>,
    mint: () => Promise<Token>,
    keep: (token: Token) => Kept | undefined,
  ): Promise<Minted<Kept>>;
  isRunning(key: string): boolean;
  /** @throws the error of a mint of the key that has failed a moment ago. */
  throwRemembered(key: string): void;
  /** No mint under way for the hostname, or for any, is kept; no failure is remembered. */
  forget(hostname?: string): void;
  purge(): void;
}

export function createSingleFlight<Kept>(clock: Clock): SingleFlight<Kept> {
  const flights = new Map<string, Flight<Kept>>();
  const failures = createFailureMemory(clock);
  return {
    run(key, hostnames, mint, keep) {
      const running = flights.get(key);
      if (running !== undefined) {
        for (const hostname of hostnames) running.hostnames.add(hostname);
        return running.result;
      }
      const started: Flight<Kept> = {
        hostnames: new Set(hostnames),
        forgotten: false,
        result: mint()
          .then(
            (token) => ({ token, kept: started.forgotten ? undefined : keep(token) }),
            (error: unknown) => {
              failures.remember(key, error);
              throw error;
            },
          )
          .finally(() => flights.delete(key)),
      };
      flights.set(key, started);
      return started.result;
    },
    isRunning: (key) => flights.has(key),
    throwRemembered: failures.throwRemembered,
    forget(hostname) {
      // Whoever logs out and in again has mended something.
      failures.clear();
      for (const flight of flights.values()) {
        flight.forgotten ||= hostname === undefined || flight.hostnames.has(hostname);
      }
    },
    purge: failures.purge,
  };
}
