// The first identity for a hostname, without any answer of AWS.
import type { Config } from '../../../src/config/load.ts';
import { chooseIdentity, type Resolution, resolutionInput } from '../../../src/identity/resolve.ts';
import type { Environment } from '../../../src/invocation.ts';
import type { Profiles } from '../../../src/profiles/profiles.ts';

/** Undefined if the hostname is not ECR's and no rule maps it. @throws the error if no identity applies. */
export function resolveFirst(
  hostname: string,
  config: Config,
  profiles: Profiles,
  env: Environment,
): Resolution | undefined {
  const surroundings = resolutionInput(hostname, config, profiles, env);
  if (surroundings === undefined) return undefined;
  const choice = chooseIdentity(hostname, surroundings);
  const [first] = choice.resolutions;
  if (first === undefined) throw choice.noIdentity([]);
  return first;
}
