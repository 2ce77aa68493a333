// Who one is for a hostname where nothing was learnt from AWS: the first that is tried.
import type { Config } from '../../../src/config/load.ts';
import { chooseIdentity, type Resolution, resolutionInput } from '../../../src/identity/resolve.ts';
import type { Environment } from '../../../src/invocation.ts';
import type { Profiles } from '../../../src/profiles/profiles.ts';

/** Undefined where the hostname is nobody's. @throws the error where nothing says who to be. */
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
