// All that is kept in memory for one user: tokens, logins, MFA sessions, accounts. Nothing of it touches the disk.
import type { Clock } from '../token/lifetime.ts';
import { createLoginStore, type LoginStore } from '../token/login-store.ts';
import { createMfaSessionStore, type MfaSessionStore } from '../token/mfa-session-store.ts';
import { createSlots, type Slots } from '../token/slots.ts';
import { type AccountMemory, createAccountMemory, type WhoAmI } from './account-memory.ts';

export interface Memory {
  tokens: Slots;
  logins: LoginStore;
  mfaSessions: MfaSessionStore;
  accounts: AccountMemory;
  /** Whether there is nothing that would be missed. */
  isEmpty(): boolean;
  /** Drops what has expired, and renews what is nearly due. */
  tidy(): void;
  clear(): void;
}

export function createMemory(whoAmI: WhoAmI, clock: Clock): Memory {
  const tokens = createSlots(clock);
  const logins = createLoginStore(clock);
  const mfaSessions = createMfaSessionStore(clock);
  const accounts = createAccountMemory(whoAmI, clock);
  return {
    tokens,
    logins,
    mfaSessions,
    accounts,
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
