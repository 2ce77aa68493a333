// Slots for the tests of src/token, with clocks that tests set, and counted mints.
import type { Token } from '../../../src/questions.ts';
import type { TokenPolicy } from '../../../src/token/lifetime.ts';
import { createSlots } from '../../../src/token/slots.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 0, 1);
export const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
export const policy: TokenPolicy = { refreshMargin: 15 * MINUTE, maxTokenAge: 12 * HOUR };
const about = { identity: 'profile dev', region: 'us-east-1' };
/** The defaults of a request. */
export const asked = { key: 'key', hostname: HOST, about, policy };

/**
 * A cache whose clocks move only when they are set, and a mint of numbered tokens with a lifetime of `life` ms. `now`
 * is on the steady clock. This machine's wall clock is ahead of it by `wallAhead`, and AWS's by `awsAhead`.
 */
export function createSlotsFixture() {
  const fixture = {
    now: START,
    wallAhead: 0,
    awsAhead: 0,
    clock: () => ({ wall: fixture.now + fixture.wallAhead, steady: fixture.now }),
    life: 12 * HOUR,
    mints: 0,
    /** The cache's random number. */
    random: 0,
    failure: undefined as Error | undefined,
    mint: async (): Promise<Token> => {
      fixture.mints += 1;
      if (fixture.failure !== undefined) throw fixture.failure;
      const awsNow = fixture.now + fixture.awsAhead;
      return {
        username: 'AWS',
        password: `password-${fixture.mints}`,
        expiresAt: awsNow + fixture.life,
        awsNow,
      };
    },
  };
  const cache = createSlots(fixture.clock, () => fixture.random);
  const get = async (key = 'key', hostname = HOST, own = policy) =>
    (await cache.get({ key, hostname, about, policy: own, mint: fixture.mint })).password;
  return Object.assign(fixture, { cache, get });
}
