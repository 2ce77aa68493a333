// Registries with rules, of accounts without a profile of this user.
import type { RegistryRule } from '../config/load.ts';
import { setupServes } from '../config/match.ts';
import { type Glob, hostnameIn } from '../config/pattern.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { type PrivateRegistry, parseRegistry } from '../registry/ecr-hostname.ts';
import { REGIONS } from '../registry/regions.ts';
import type { RegionWishes } from './choose-registries.ts';

/** Docker must ask for these, too. */
export interface RuledRegistries {
  hosts: readonly string[];
  /** Accounts without a profile that `--region` may name. */
  accounts: readonly string[];
  /** Those of them without a known region → an example of one. */
  regionless: ReadonlyMap<string, string>;
}

/** @param found the accounts of the profiles: of these, only the hostnames of exact rules. */
export function ruledRegistries(
  rules: readonly RegistryRule[],
  found: readonly string[],
  { all, of }: RegionWishes,
): RuledRegistries {
  const hosts = new Set<string>();
  const examples = new Map<string, string>();
  for (const { pattern } of rules.filter(setupServes)) {
    if (pattern.rank === 'exact') {
      hosts.add(pattern.hostname);
      const { account, region } = privateRegistry(pattern.hostname) ?? {};
      if (account !== undefined && region !== undefined) examples.set(account, region);
      continue;
    }
    const { account, region } = pattern;
    if (account === undefined || found.includes(account)) continue;
    examples.set(account, examples.get(account) ?? sampleRegionIn(pattern));
    const regions = region === undefined ? [...(of.get(account) ?? []), ...all] : [region];
    for (const host of regions.flatMap((one) => hostnameIn(pattern, one) ?? [])) hosts.add(host);
  }
  const placed = new Set([...hosts].map((host) => privateRegistry(host)?.account));
  const others = [...examples].filter(([account]) => !found.includes(account));
  return {
    hosts: [...hosts],
    accounts: others.map(([account]) => account),
    regionless: new Map(others.filter(([account]) => !placed.has(account))),
  };
}

/** The pattern's region, or an example of one that it matches. */
export function sampleRegionIn(pattern: Glob): string {
  return pattern.region ?? REGIONS.find((region) => hostnameIn(pattern, region) !== undefined) ?? 'us-east-1';
}

function privateRegistry(hostname: string): PrivateRegistry | undefined {
  const registry = parseRegistry(hostname);
  return registry?.service === 'ecr' ? registry : undefined;
}

/** The error if there are only accounts without a known region. `words`: the command that was run. */
export function regionUnknown({ regionless }: RuledRegistries, words: Command): XacctError {
  const names = [...regionless.keys()].join(', ');
  const [example = ''] = regionless.values();
  return new XacctError('usage', `no region is known for ${names}, which rules name`, {
    hint: {
      say: `to add ${regionless.size === 1 ? 'it' : 'them'} (${example} is an example)`,
      run: [...words, ...[...regionless].flatMap(([id, region]) => ['--region', `${id}=${region}`])],
    },
  });
}
