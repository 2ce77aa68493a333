// What is to change in config.yaml: rules for the registries, and the helper for all others. What is there is the user's: it stays.
import { addToConfig } from '../config/edit.ts';
import { emptyConfig } from '../config/empty-config.ts';
import { type Config, parseConfig } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import type { Rule } from '../config/schema.ts';
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

/** @param formerStore the NAME of the helper that answered for every registry so far, where ours takes its place. */
export function configChange(
  { path, before, text, config }: ConfigFile,
  rules: ReadonlyMap<string, string>,
  formerStore: string | undefined,
  notes: string[],
): FileChange | undefined {
  const existing = config.fallbackHelper;
  if (formerStore !== undefined && existing !== undefined && existing !== formerStore) {
    notes.push(`${path}: kept fallback_helper: ${existing}; the former credsStore was ${formerStore}`);
  }
  const fallbackHelper = existing === undefined ? formerStore : undefined;
  if (rules.size === 0 && fallbackHelper === undefined) return undefined;
  const edits = [...rules].map(
    ([key, profile]): Edit => ({ path: ['registries', key], now: profile, was: null }),
  );
  if (fallbackHelper !== undefined) edits.push({ path: ['fallback_helper'], now: fallbackHelper, was: null });
  return fileChange(
    { path, kind: 'config', before },
    addToConfig(text, { rules, fallbackHelper }, path),
    edits,
  );
}

/** Key under `registries:` → profile; and a sentence for each host that the user's rule serves by another identity. */
export function planRules(config: Config, accounts: readonly ServedAccount[]) {
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

function identityOf({ profile, role_arn: role }: Rule): string {
  return profile === undefined ? `role ${role}` : `profile ${profile}`;
}
