// Asks AWS for the accounts of profiles whose settings name none, for setup.

import { askInMinters } from '../client/answer-here.ts';
import { orError, type XacctError } from '../errors.ts';
import { profileResolution } from '../identity/resolve.ts';
import { type Invocation, waitingFor } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';

/** The account of a profile according to AWS, or why AWS does not report it. */
export type AccountOf = (profile: string) => Promise<string | XacctError>;

export function createAccountOf(invocation: Invocation): AccountOf {
  const { self, env } = invocation;
  const { whoAmI } = askInMinters(self);
  const profiles = createProfileReader()(env);
  return async (profile) => {
    const regions = [profiles.profile(profile)?.region, env.AWS_REGION, env.AWS_DEFAULT_REGION];
    const region = regions.find((name) => name !== undefined && partitionOfRegion(name) !== undefined);
    const resolution = profileResolution(profile, region ?? 'us-east-1');
    const what = `Asking STS as profile ${profile}`;
    return orError(async () => (await waitingFor(what, invocation, () => whoAmI(resolution, env))).account);
  };
}
