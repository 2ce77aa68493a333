// The rules that config.yaml needs for the registries to be served. A rule that is there already is the user's: it stays.
import type { Config } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';

/** The registries of one account, and the profile to be for them. */
export interface ServedAccount {
  id: string;
  profile: string;
  hosts: readonly string[];
}

export interface PlannedRules {
  /** Key under `registries:` → profile. */
  rules: ReadonlyMap<string, string>;
  /** A sentence for each account that a rule of the user's serves by another identity than the chosen one. */
  kept: readonly string[];
}

export function planRules(config: Config, accounts: readonly ServedAccount[]): PlannedRules {
  const rules = new Map<string, string>();
  const kept: string[] = [];
  for (const { id, profile, hosts } of accounts) {
    const found = hosts.map((host) => ({ host, rule: matchRule(config, host) }));
    const isWidelyRuled = found.some(({ rule }) => ['region', 'wildcard'].includes(rule?.pattern.rank ?? ''));
    for (const { host, rule } of found) {
      if (rule === undefined) {
        // A rule for the whole account would come before one for a region: only hostnames that have none get one.
        rules.set(isWidelyRuled ? host : accountPattern(id, host), profile);
      } else if (rule.rule.profile !== profile) {
        kept.push(`${host}: kept the rule in ${config.file}:${rule.line}, ${identityOf(rule.rule)}`);
      }
    }
  }
  return { rules, kept };
}

/** `444455556666.dkr.ecr.*.amazonaws.com`; FIPS and dual-stack hostnames, which it does not cover, stand for themselves. */
function accountPattern(id: string, host: string): string {
  const region = parseRegistry(host)?.region;
  return host.replace(`${id}.dkr.ecr.${region}.`, `${id}.dkr.ecr.*.`);
}

function identityOf({
  profile,
  role_arn: role,
}: {
  profile?: string | undefined;
  role_arn?: string | undefined;
}): string {
  return profile === undefined ? `role ${role}` : `profile ${profile}`;
}
