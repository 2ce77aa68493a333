// Registries that the machine's config has rules for, of accounts that no profile of the user's leads to.
import type { RegistryRule } from '../config/load.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { parseRegistry, registryHostname } from '../registry/ecr-hostname.ts';
import { sampleRegion } from '../registry/region-names.ts';
import type { RegionWishes } from './choose-registries.ts';

/** Docker has to ask for them all the same. */
export interface RuledRegistries {
  hosts: readonly string[];
  /** Those whose regions `--region` may say. */
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
  for (const { pattern } of rules) {
    if (pattern.rank === 'exact') {
      const account = parseRegistry(pattern.hostname)?.account;
      if (account === undefined || !found.includes(account)) hosts.push(pattern.hostname);
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

/** Where there is nothing but accounts whose regions nothing says. `words`: the command that was run. */
export function regionUnknown({ accounts }: RuledRegistries, words: Command): XacctError {
  const names = accounts.join(', ');
  const example = sampleRegion(undefined);
  return new XacctError('usage', `no region is known for ${names}, of the machine's config`, {
    hint: {
      say: `to add ${accounts.length === 1 ? 'it' : 'them'} (${example} is an example)`,
      run: [...words, ...accounts.flatMap((id) => ['--region', `${id}=${example}`])],
    },
  });
}
