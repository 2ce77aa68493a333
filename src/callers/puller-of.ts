// Finds the identity that pulls from a registry, as a caller of AWS, for facts that a token does not contain.
import { createConfigReader } from '../config/config-reader.ts';
import { describeIdentity } from '../identity/identity.ts';
import { chooseIdentity, resolutionInput } from '../identity/resolve.ts';
import type { Invocation } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { type AwsCaller, askAs } from './ask-as.ts';

/**
 * @param hostname lower case.
 * @param identity the one that got the token, if there are several; in the form of `describeIdentity`.
 * @returns undefined if no identity is chosen for the registry. No MFA code is asked for.
 * @throws XacctError
 */
export async function pullerOf(
  hostname: string,
  identity: string | undefined,
  invocation: Invocation,
): Promise<AwsCaller | undefined> {
  const { env } = invocation;
  const input = resolutionInput(hostname, createConfigReader()(env), createProfileReader()(env), env);
  if (input === undefined) return undefined;
  const { resolutions } = chooseIdentity(hostname, input);
  const used = resolutions.find((one) => describeIdentity(one.identity) === identity) ?? resolutions[0];
  return used === undefined ? undefined : askAs(used, invocation, undefined);
}
