// The accounts of profiles that do not say theirs: asked of AWS once, and remembered in memory.
import { LRUCache } from 'lru-cache';
import { attempt, XacctError } from '../errors.ts';
import { type CallerWorld, profileOf } from '../identity/identity.ts';
import { credentialKey } from '../identity/identity-key.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { CallerIdentity, MfaProof } from '../questions.ts';

/** What AWS said of a profile. */
export type Learnt = { profile: string } & ({ account: string } | { error: XacctError });

/** Asks AWS in the caller's environment. @throws XacctError */
export type WhoAmI = (resolution: Resolution, env: Environment, mfa?: MfaProof) => Promise<CallerIdentity>;

export interface AccountMemory {
  /** What is remembered of a profile, as its settings and the caller's environment are now. */
  recall(profile: string, world: CallerWorld): Learnt | undefined;
  /** Whether AWS did not say when it was last asked, however long ago: others are better asked first. */
  hasFailed(profile: string, world: CallerWorld): boolean;
  /**
   * Asks AWS who each profile is, a few at once and in order, until one is of the account or the signal ends the wait; what is
   * under way then goes on, and is remembered. Those that are remembered are not asked.
   * Never fails: what could not be learnt is remembered, too, for a while.
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
/** A profile that could not say who it is may be corrected meanwhile; a network comes back sooner. */
const FAILURE_MS = 60_000;
const MOMENT_MS = 3_000;
const MAX_REMEMBERED = 2_000;

/** What is known of a profile's keys: asked of AWS once, however many ask at once. */
interface AccountSlot {
  asked: Promise<Learnt>;
  learnt?: Learnt;
  /** Until when it is of use. */
  until: number;
}

/** `clock`: milliseconds, never set back. */
export function createAccountMemory(
  whoAmI: WhoAmI,
  clock: () => number,
  onLearnt: () => void = () => {},
): AccountMemory {
  const slots = new LRUCache<string, AccountSlot>({ max: MAX_REMEMBERED });
  /** A caller with many profiles looks at each several times. */
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
      // Also where all was forgotten meanwhile: its caller looks it up here. A newer answer stays.
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
      // Of those that go on, a mistake of ours is another caller's to hear of.
      all.catch(() => {});
    },
    clear: () => slots.clear(),
  };
}

/** Milliseconds. Keys stay in their account for ever: it is another key of this memory when they change. */
function lifeOf(learnt: Learnt): number {
  if ('account' in learnt) return Number.POSITIVE_INFINITY;
  return learnt.error.kind.passes ? MOMENT_MS : FAILURE_MS;
}

/** The error is of a profile that is broken. */
function makeKey(profile: string, world: CallerWorld): string | XacctError {
  return attempt(() => credentialKey({ kind: 'profile', profile }, world));
}
