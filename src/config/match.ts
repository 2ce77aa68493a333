// Which rule of the config a hostname falls under.
import { parseRegistry, type Registry } from '../registry/ecr-hostname.ts';
import type { Config, RegistryRule } from './load.ts';
import { covers, groupsFor } from './pattern.ts';

/**
 * The most specific rule for a hostname (lower case): exact > account+region > account > region > wildcard. Any of the user's own
 * file comes before any of the machine's. Undefined where none covers it. Two of one rank and one file cannot both cover it: the
 * loader refuses such a file.
 */
export function matchRule(config: Config, hostname: string): RegistryRule | undefined {
  const registry = parseRegistry(hostname);
  const ecr = registry?.service === 'ecr' ? registry : undefined;
  const names = groupsFor(hostname, ecr);
  for (const groups of config.groups) {
    for (const name of names) {
      const rule = groups.get(name)?.find(({ pattern }) => {
        return pattern.rank === 'exact' || (ecr !== undefined && covers(pattern, ecr));
      });
      if (rule !== undefined) return rule;
    }
  }
  return undefined;
}

/** Why its identity is chosen, as in `rule "…" (config.yaml:3)`. */
export function ruleReason({ key, file, line }: RegistryRule): string {
  return `rule "${key}" (${file}:${line})`;
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
