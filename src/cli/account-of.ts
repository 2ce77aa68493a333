// Asks AWS for the accounts of profiles that do not say theirs, for setup.
import type { Front } from '../client/answer.ts';
import { askInMinters } from '../client/ask-in-minters.ts';
import { XacctError } from '../errors.ts';
import { createProfileReader } from '../identity/profiles.ts';
import { profileResolution } from '../identity/resolve.ts';
import { partitionOfRegion } from '../registry/registry.ts';
import { passedEnvironment } from '../wire/environment.ts';
import type { AccountOf } from './setup-accounts.ts';

/** Undefined where AWS does not say, whatever the reason: setup lists such profiles. */
export function createAccountOf({ self, env }: Front): AccountOf {
  const { whoAmI } = askInMinters(self);
  const callerEnv = passedEnvironment(env);
  const profiles = createProfileReader()(callerEnv);
  return async (profile) => {
    const regions = [profiles.profile(profile)?.region, env.AWS_REGION, env.AWS_DEFAULT_REGION];
    const region = regions.find((name) => name !== undefined && partitionOfRegion(name) !== undefined);
    try {
      return (await whoAmI(profileResolution(profile, region ?? 'us-east-1'), callerEnv)).account;
    } catch (error) {
      if (error instanceof XacctError) return undefined;
      throw error;
    }
  };
}
