// The accounts of profiles whose settings have no account: this asks AWS once, and keeps the answer in memory.
import { LRUCache } from 'lru-cache';
import { attempt, XacctError } from '../errors.ts';
import { type CallerWorld, profileOf } from '../identity/identity.ts';
import { credentialKey } from '../identity/identity-key.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { CallerIdentity, MfaProof } from '../questions.ts';

/** What AWS answered for a profile. */
export type Learnt = { profile: string } & ({ account: string } | { error: XacctError });

/** Asks AWS in the caller's environment. @throws XacctError */
export type WhoAmI = (resolution: Resolution, env: Environment, mfa?: MfaProof) => Promise<CallerIdentity>;

export interface AccountMemory {
  /** The answer for a profile with its present settings and the caller's present environment. */
  recall(profile: string, world: CallerWorld): Learnt | undefined;
  /** Whether the last question failed, however long ago: other profiles should be asked first. */
  hasFailed(profile: string, world: CallerWorld): boolean;
  /**
   * Asks AWS for the account of each profile, in order and a few at once, until one has the account or the signal
   * aborts. Questions that have begun then continue, and their answers are kept. Known profiles are not asked. Never
   * fails: a failure is kept, too, for a while.
   */
  learn(
    unknown: readonly Resolution[],
    account: string | undefined,
    world: CallerWorld,
    signal: AbortSignal,
  ): Promise<void>;
  clear(): void;
}

const AT_ONCE = 4;
/** A user may fix a failing profile within this time. A network failure lasts only MOMENT_MS. */
const FAILURE_MS = 60_000;
const MOMENT_MS = 3_000;
const MAX_REMEMBERED = 2_000;

/** What is known for a profile's keys: AWS is asked once, even if several callers ask at once. */
interface AccountSlot {
  asked: Promise<Learnt>;
  learnt?: Learnt;
  /** The end of its use, by `clock`. */
  until: number;
}

/** `clock`: milliseconds, never set back. */
export function createAccountMemory(
  whoAmI: WhoAmI,
  clock: () => number,
  onLearnt: () => void = () => {},
): AccountMemory {
  const slots = new LRUCache<string, AccountSlot>({ max: MAX_REMEMBERED });
  /** A caller with many profiles looks up each profile several times. */
  const keys = new WeakMap<CallerWorld, Map<string, string | XacctError>>();
  const keyOf = (profile: string, world: CallerWorld): string | XacctError => {
    const known = keys.get(world) ?? new Map<string, string | XacctError>();
    keys.set(world, known);
    const key = known.get(profile) ?? makeKey(profile, world);
    known.set(profile, key);
    return key;
  };
  const slotOf = (key: string): AccountSlot | undefined => {
    const slot = slots.get(key);
    return slot !== undefined && clock() < slot.until ? slot : undefined;
  };

  const ask = async (profile: string, resolution: Resolution, env: Environment): Promise<Learnt> => {
    try {
      return { profile, account: (await whoAmI(resolution, env)).account };
    } catch (error) {
      if (error instanceof XacctError) return { profile, error };
      throw error;
    }
  };
  const learnOne = async (key: string, profile: string, resolution: Resolution, env: Environment) => {
    const known = slotOf(key);
    if (known !== undefined) return known.asked;
    const slot: AccountSlot = { asked: ask(profile, resolution, env), until: Number.POSITIVE_INFINITY };
    slots.set(key, slot);
    try {
      slot.learnt = await slot.asked;
      slot.until = clock() + lifeOf(slot.learnt);
      onLearnt();
      // After a `clear`, the waiting caller still looks it up here. A newer answer is kept.
      if ((slots.peek(key) ?? slot) === slot) slots.set(key, slot);
    } catch (error) {
      if (slots.peek(key) === slot) slots.delete(key);
      throw error;
    }
    return slot.learnt;
  };

  return {
    recall(profile, world) {
      const key = keyOf(profile, world);
      return key instanceof XacctError ? { profile, error: key } : slotOf(key)?.learnt;
    },
    hasFailed(profile, world) {
      const key = keyOf(profile, world);
      const learnt = key instanceof XacctError ? undefined : slots.peek(key)?.learnt;
      return learnt !== undefined && 'error' in learnt;
    },
    async learn(unknown, account, world, signal) {
      const found = Promise.withResolvers<void>();
      let isOver = false;
      const end = () => {
        isOver = true;
        found.resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      const queue = [...unknown];
      const worker = async () => {
        for (let next = queue.shift(); next !== undefined && !isOver; next = queue.shift()) {
          const profile = profileOf(next.identity) ?? '';
          const key = keyOf(profile, world);
          if (key instanceof XacctError) continue;
          const learnt = await learnOne(key, profile, next, world.env);
          if ('account' in learnt && learnt.account === account) end();
        }
      };
      const all = Promise.all(Array.from({ length: AT_ONCE }, worker));
      await Promise.race([all, found.promise]).finally(() => signal.removeEventListener('abort', end));
      // A later internal error of these questions is reported to the next caller that waits for them.
      all.catch(() => {});
    },
    clear: () => slots.clear(),
  };
}

/** Milliseconds. An access key never moves to another account; another key has another entry. */
function lifeOf(learnt: Learnt): number {
  if ('account' in learnt) return Number.POSITIVE_INFINITY;
  return learnt.error.kind.passes ? MOMENT_MS : FAILURE_MS;
}

/** An error means that the profile is broken. */
function makeKey(profile: string, world: CallerWorld): string | XacctError {
  return attempt(() => credentialKey({ kind: 'profile', profile }, world));
}
