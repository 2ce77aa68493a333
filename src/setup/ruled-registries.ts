// Registries with rules, of accounts without a profile of this user.
import type { RegistryRule } from '../config/load.ts';
import { setupServes } from '../config/match.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { parseRegistry, registryHostname } from '../registry/ecr-hostname.ts';
import { sampleRegion } from '../registry/region-names.ts';
import type { RegionWishes } from './choose-registries.ts';

/** Docker must ask for these, too. */
export interface RuledRegistries {
  hosts: readonly string[];
  /** Accounts that `--region` may name. */
  accounts: readonly string[];
}

/** @param found the accounts of the profiles. */
export function ruledRegistries(
  rules: readonly RegistryRule[],
  found: readonly string[],
  { all, of }: RegionWishes,
): RuledRegistries {
  const hosts: string[] = [];
  const accounts: string[] = [];
  for (const { pattern } of rules.filter(setupServes)) {
    if (pattern.rank === 'exact') {
      const account = parseRegistry(pattern.hostname)?.account;
      if (account !== undefined && found.includes(account)) continue;
      hosts.push(pattern.hostname);
      if (account !== undefined) accounts.push(account);
      continue;
    }
    const { account, region } = pattern;
    if (account === undefined || found.includes(account)) continue;
    accounts.push(account);
    const regions = region === undefined ? [...(of.get(account) ?? []), ...all] : [region];
    hosts.push(...regions.flatMap((one) => registryHostname(account, one) ?? []));
  }
  return { hosts: [...new Set(hosts)], accounts: [...new Set(accounts)] };
}

/** The error if there are only accounts without a known region. `words`: the command that was run. */
export function regionUnknown({ accounts }: RuledRegistries, words: Command): XacctError {
  const names = accounts.join(', ');
  const example = sampleRegion(undefined);
  return new XacctError('usage', `no region is known for ${names}, which rules name`, {
    hint: {
      say: `to add ${accounts.length === 1 ? 'it' : 'them'} (${example} is an example)`,
      run: [...words, ...accounts.flatMap((id) => ['--region', `${id}=${example}`])],
    },
  });
}
