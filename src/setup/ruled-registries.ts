// Registries with rules, of accounts without a profile of this user.
import type { RegistryRule } from '../config/load.ts';
import { setupServes } from '../config/match.ts';
import { hostnameIn } from '../config/pattern.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { sampleRegion } from '../registry/region-names.ts';
import type { RegionWishes } from './choose-registries.ts';

/** Docker must ask for these, too. */
export interface RuledRegistries {
  hosts: readonly string[];
  /** Accounts without a profile that `--region` may name. */
  accounts: readonly string[];
  /** Those of them without a known region. */
  regionless: readonly string[];
}

/** @param found the accounts of the profiles: of these, only the hostnames of exact rules. */
export function ruledRegistries(
  rules: readonly RegistryRule[],
  found: readonly string[],
  { all, of }: RegionWishes,
): RuledRegistries {
  const hosts = new Set<string>();
  const accounts = new Set<string>();
  const placed = new Set<string>();
  for (const { pattern } of rules.filter(setupServes)) {
    const account = pattern.rank === 'exact' ? parseRegistry(pattern.hostname)?.account : pattern.account;
    const isFound = account !== undefined && found.includes(account);
    if (account !== undefined && !isFound) accounts.add(account);
    if (pattern.rank !== 'exact' && (account === undefined || isFound)) continue;
    const { region } = pattern.rank === 'exact' ? { region: undefined } : pattern;
    const regions = region === undefined ? [...(of.get(account ?? '') ?? []), ...all] : [region];
    const own =
      pattern.rank === 'exact'
        ? [pattern.hostname]
        : regions.flatMap((one) => hostnameIn(pattern, one) ?? []);
    for (const host of own) hosts.add(host);
    if (own.length > 0 && account !== undefined) placed.add(account);
  }
  return {
    hosts: [...hosts],
    accounts: [...accounts],
    regionless: [...accounts].filter((account) => !placed.has(account)),
  };
}

/** The error if there are only accounts without a known region. `words`: the command that was run. */
export function regionUnknown({ regionless: accounts }: RuledRegistries, words: Command): XacctError {
  const names = accounts.join(', ');
  const example = sampleRegion(undefined);
  return new XacctError('usage', `no region is known for ${names}, which rules name`, {
    hint: {
      say: `to add ${accounts.length === 1 ? 'it' : 'them'} (${example} is an example)`,
      run: [...words, ...accounts.flatMap((id) => ['--region', `${id}=${example}`])],
    },
  });
}
