// The accounts of profiles that do not say theirs: asked of AWS once, and remembered in memory.
import { LRUCache } from 'lru-cache';
import { XacctError } from '../errors.ts';
import { profileOf } from '../identity/identity.ts';
import { credentialKey } from '../identity/identity-key.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { CallerIdentity, MfaProof } from '../questions.ts';
import type { Clock } from '../token/lifetime.ts';

/** What AWS said of a profile. */
export type Learnt = { profile: string } & ({ account: string } | { error: XacctError });

/** Asks AWS in the caller's environment. @throws XacctError */
export type WhoAmI = (resolution: Resolution, env: Environment, mfa?: MfaProof) => Promise<CallerIdentity>;

export interface AccountMemory {
  /** What is remembered of a profile, as its settings and the caller's environment are now. */
  recall(profile: string, profiles: Profiles, env: Environment): Learnt | undefined;
  /**
   * Asks AWS who each profile is, a few at once and in order, until one is of the account. Those that are remembered are not
   * asked.
   * Never fails: what could not be learnt is remembered, too, for a while.
   */
  learn(
    unknown: readonly Resolution[],
    account: string | undefined,
    profiles: Profiles,
    env: Environment,
  ): Promise<void>;
  clear(): void;
}

const AT_ONCE = 4;
/** A profile that could not say who it is may be mended meanwhile; a network comes back sooner. */
const FAILURE_MS = 60_000;
const MOMENT_MS = 3_000;
const MAX_REMEMBERED = 2_000;

/** What is known of a profile's keys: asked of AWS once, however many ask at once. */
interface AccountSlot {
  asked: Promise<Learnt>;
  learnt?: Learnt;
  /** Epoch ms until which it is of use. */
  until: number;
}

export function createAccountMemory(whoAmI: WhoAmI, clock: Clock): AccountMemory {
  const slots = new LRUCache<string, AccountSlot>({ max: MAX_REMEMBERED });
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
      // Also where all was forgotten meanwhile: its caller looks it up here.
      slots.set(key, slot);
    } catch (error) {
      if (slots.peek(key) === slot) slots.delete(key);
      throw error;
    }
    return slot.learnt;
  };

  return {
    recall: (profile, profiles, env) => slotOf(keyOf(profile, profiles, env))?.learnt,
    async learn(unknown, account, profiles, env) {
      let isFound = false;
      const queue = [...unknown];
      const worker = async () => {
        for (let next = queue.shift(); next !== undefined && !isFound; next = queue.shift()) {
          const profile = profileOf(next.identity) ?? '';
          const learnt = await learnOne(keyOf(profile, profiles, env), profile, next, env);
          isFound ||= 'account' in learnt && learnt.account === account;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    clear: () => slots.clear(),
  };
}

/** Milliseconds. Keys stay in their account for ever: it is another key of this memory when they change. */
function lifeOf(learnt: Learnt): number {
  if ('account' in learnt) return Number.POSITIVE_INFINITY;
  return learnt.error.kind.passes ? MOMENT_MS : FAILURE_MS;
}

function keyOf(profile: string, profiles: Profiles, env: Environment): string {
  return credentialKey({ kind: 'profile', profile }, profiles, env);
}
