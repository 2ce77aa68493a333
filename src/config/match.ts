// Which rule of the config a hostname falls under.
import { parseRegistry, type Registry } from '../registry/ecr-hostname.ts';
import type { Config, RegistryRule } from './load.ts';
import { covers, groupsFor } from './pattern.ts';

/**
 * The most specific rule for a hostname (lower case): exact > account+region > account > region > wildcard.
 * Undefined where none covers it. Two of one rank cannot both cover it: the loader refuses such a file.
 */
export function matchRule(config: Config, hostname: string): RegistryRule | undefined {
  const registry = parseRegistry(hostname);
  const ecr = registry?.service === 'ecr' ? registry : undefined;
  for (const group of groupsFor(hostname, ecr)) {
    const rule = config.groups.get(group)?.find(({ pattern }) => {
      return pattern.rank === 'exact' || (ecr !== undefined && covers(pattern, ecr));
    });
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/**
 * The registry that a hostname means to this user: ECR's own names, and the names of their own that a rule maps.
 * Undefined for everything else, which is never given a credential; a VPC endpoint is only ours by a rule.
 */
export function registryOf(hostname: string, match: RegistryRule | undefined): Registry | undefined {
  if (match?.rule.registry !== undefined) return parseRegistry(match.rule.registry);
  const registry = parseRegistry(hostname);
  if (registry?.service === 'ecr' && registry.account === undefined && match === undefined) return undefined;
  return registry;
}
