// Everything in memory for one user: tokens, logins, MFA sessions, accounts. None of it is written to disk.
import { type AwsClock, createAwsClock } from '../aws-clock.ts';
import type { Clock } from '../clock.ts';
import { createLoginStore, type LoginStore } from '../token/login-store.ts';
import { createMfaSessionStore, type MfaSessionStore } from '../token/mfa-session-store.ts';
import { createSlots, type Slots } from '../token/slots.ts';
import { type AccountMemory, createAccountMemory, type WhoAmI } from './account-memory.ts';

export interface Memory {
  tokens: Slots;
  logins: LoginStore;
  mfaSessions: MfaSessionStore;
  accounts: AccountMemory;
  /** AWS's clock, as the last mint reported it. */
  awsClock: AwsClock;
  /** Whether nothing would be lost if the process ended. */
  isEmpty(): boolean;
  /** Drops what has expired, and renews what expires soon. */
  tidy(): void;
  clear(): void;
}

interface MemoryOptions {
  /** Returns numbers from 0 to 1. */
  random?: () => number;
  /** Called if memory may now answer a question differently, for another reason than a caller's action. */
  onChange?: () => void;
}

export function createMemory(
  whoAmI: WhoAmI,
  clock: Clock,
  { random = Math.random, onChange = () => {} }: MemoryOptions = {},
): Memory {
  const awsClock = createAwsClock(clock);
  const tokens = createSlots(clock, random, ({ awsNow }) => {
    awsClock.heard(awsNow);
    onChange();
  });
  const logins = createLoginStore(clock, awsClock.now);
  const mfaSessions = createMfaSessionStore(clock);
  const accounts = createAccountMemory(whoAmI, () => clock().steady, onChange);
  return {
    tokens,
    logins,
    mfaSessions,
    accounts,
    awsClock,
    isEmpty: () =>
      tokens.status().length === 0 && logins.list().size === 0 && mfaSessions.status().length === 0,
    tidy() {
      tokens.purge();
      tokens.refreshAhead();
      logins.purge();
      mfaSessions.purge();
    },
    clear() {
      for (const store of [tokens, logins, mfaSessions, accounts]) store.clear();
    },
  };
}
