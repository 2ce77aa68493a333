// Finds the rule of the config that applies to a hostname.
import { parseRegistry, type Registry } from '../registry/ecr-hostname.ts';
import type { Config, RegistryRule } from './load.ts';
import { covers, groupsFor } from './pattern.ts';

/**
 * The most specific rule for a hostname (lower case): exact > account+region > account > region > wildcard. Any rule of
 * the user's own file comes before any rule of the machine's. Undefined if no rule matches. Two rules of the same rank
 * and file never both match: the loader refuses such a file.
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

/** Whether setup serves the rule's registries even without a profile: it names them or their account, and is not for pods. */
export function setupServes({ pattern, rule }: RegistryRule): boolean {
  return rule.service_account === undefined && (pattern.rank === 'exact' || pattern.account !== undefined);
}

/** Why this rule's identity is chosen, as in `rule "…" (config.yaml:3)`. */
export function ruleReason({ key, file, line }: RegistryRule): string {
  return `rule "${key}" (${file}:${line})`;
}

/**
 * The registry of a hostname for this user: ECR's own hostnames, and other hostnames that a rule maps to one. Undefined
 * for all others, which never receive a credential. A VPC endpoint needs a rule.
 */
export function registryOf(hostname: string, match: RegistryRule | undefined): Registry | undefined {
  if (match?.rule.registry !== undefined) return parseRegistry(match.rule.registry);
  const registry = parseRegistry(hostname);
  if (registry?.service === 'ecr' && registry.account === undefined && match === undefined) return undefined;
  return registry;
}
