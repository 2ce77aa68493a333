// All that is kept in memory for one user: tokens, logins, MFA sessions, accounts. Nothing of it touches the disk.
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
  /** As the last mint said it. */
  awsClock: AwsClock;
  /** Whether there is nothing that would be missed. */
  isEmpty(): boolean;
  /** Drops what has expired, and renews what is nearly due. */
  tidy(): void;
  clear(): void;
}

interface MemoryOptions {
  /** Gives numbers from 0 to 1. */
  random?: () => number;
  /** Called where what is in memory may answer a question otherwise than before; not where a caller's action does. */
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
