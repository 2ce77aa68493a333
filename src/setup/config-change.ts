// What is to change in config.yaml: rules for the registries, and the helper for all others. What is there is the user's: it stays.
import { addToConfig } from '../config/edit.ts';
import { type Config, emptyConfig, parseConfig } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import type { ServedAccount } from './accounts.ts';
import { type FileChange, fileChange } from './file-change.ts';
import type { Edit } from './state.ts';

export interface ConfigFile {
  path: string;
  before: Snapshot | undefined;
  text: string;
  config: Config;
}

/** @throws XacctError `config-invalid`, `file-access` */
export function readConfigFile(path: string): ConfigFile {
  const before = readSnapshot(path);
  const text = textOf(before, path);
  return { path, before, text, config: before === undefined ? emptyConfig(path) : parseConfig(text, path) };
}

/**
 * @param formerStore the NAME of the helper that answered for every registry so far, where ours takes its place.
 * @returns also a note, a sentence each, for each rule and setting of the user's that says otherwise.
 */
export function configChange(
  { path, before, text, config }: ConfigFile,
  accounts: readonly ServedAccount[],
  formerStore: string | undefined,
): { change: FileChange | undefined; keptRules: readonly string[]; keptFallback: readonly string[] } {
  const { rules, kept } = planRules(config, accounts);
  const existing = config.fallbackHelper;
  const keptFallback =
    formerStore !== undefined && existing !== undefined && existing !== formerStore
      ? [`${path}: kept fallback_helper: ${existing}; the former credsStore was ${formerStore}`]
      : [];
  const fallbackHelper = existing === undefined ? formerStore : undefined;
  if (rules.size === 0 && fallbackHelper === undefined)
    return { change: undefined, keptRules: kept, keptFallback };
  const edits = [...rules].map(
    ([key, profile]): Edit => ({ path: ['registries', key], now: profile, was: null }),
  );
  if (fallbackHelper !== undefined) edits.push({ path: ['fallback_helper'], now: fallbackHelper, was: null });
  const after = addToConfig(text, { rules, fallbackHelper }, path);
  return {
    change: fileChange({ path, kind: 'config', before }, after, edits),
    keptRules: kept,
    keptFallback,
  };
}

/** Key under `registries:` → profile; and a sentence for each host that the user's rule serves by another identity. */
function planRules(
  config: Config,
  accounts: readonly ServedAccount[],
): { rules: Map<string, string>; kept: string[] } {
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
