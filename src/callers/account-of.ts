// Asks AWS for the accounts of profiles that do not say theirs, for setup.

import { askInMinters } from '../client/answer-here.ts';
import { XacctError } from '../errors.ts';
import { profileResolution } from '../identity/resolve.ts';
import { type Invocation, waitingFor } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';

/** The account that AWS says a profile is in; undefined where it does not say. */
export type AccountOf = (profile: string) => Promise<string | undefined>;

/** Undefined where AWS does not say, whatever the reason: setup lists such profiles. */
export function createAccountOf(invocation: Invocation): AccountOf {
  const { self, env } = invocation;
  const { whoAmI } = askInMinters(self);
  const profiles = createProfileReader()(env);
  return async (profile) => {
    const regions = [profiles.profile(profile)?.region, env.AWS_REGION, env.AWS_DEFAULT_REGION];
    const region = regions.find((name) => name !== undefined && partitionOfRegion(name) !== undefined);
    try {
      const resolution = profileResolution(profile, region ?? 'us-east-1');
      const what = `Asking STS as profile ${profile}`;
      return (await waitingFor(what, invocation, () => whoAmI(resolution, env))).account;
    } catch (error) {
      if (error instanceof XacctError) return undefined;
      throw error;
    }
  };
}
