// The changes in config.yaml: rules for the registries, and the helper for all others. Everything else is kept.
import { isDeepStrictEqual } from 'node:util';
import { readSystemConfig } from '../config/config-reader.ts';
import { addToConfig, changeProfiles, removeFromConfig } from '../config/edit.ts';
import { putRule, ruleIn, type WrittenRule } from '../config/edit-rule.ts';
import { emptyConfig } from '../config/empty-config.ts';
import { type Config, parseConfig, type RegistryRule } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { createMerge } from '../config/merge.ts';
import type { Rule } from '../config/schema.ts';
import type { Environment } from '../invocation.ts';
import { readSnapshot, type Snapshot, textOf } from '../os/snapshot.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import type { ServedAccount } from './choose-registries.ts';
import { type FileChange, fileChange } from './file-change.ts';
import { ruleEdit } from './rule-edit.ts';
import { rulesOf } from './standing.ts';
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

/** The file merged with the machine's config, which comes second. @throws XacctError `config-invalid` */
export function aboveSystemConfig(file: ConfigFile, env: Environment): ConfigFile {
  return { ...file, config: createMerge()(file.config, readSystemConfig(env)) };
}

/** Changes of rules, each by its key under `registries:`. */
export interface RuleChanges {
  /** → its profile. */
  added: ReadonlyMap<string, string>;
  /** → its present profile, and its new one. */
  changed: ReadonlyMap<string, { was: string; now: string }>;
  /** → its present profile. */
  removed: ReadonlyMap<string, string>;
  /** → all settings of the rule, if it is not just a profile. */
  written: ReadonlyMap<string, WrittenRule>;
}

/** @param formerStore the NAME of the helper for all registries so far, if this program replaces it. */
export function configChange(
  { path, before, text, config }: ConfigFile,
  { added, changed, removed, written }: RuleChanges,
  formerStore: string | undefined,
  notes: string[],
): FileChange | undefined {
  const existing = config.fallbackHelper;
  if (formerStore !== undefined && existing !== undefined && existing !== formerStore) {
    notes.push(
      `${config.saidBy.fallbackHelper}: kept fallback_helper: ${existing}; the former credsStore was ${formerStore}`,
    );
  }
  const fallbackHelper = existing === undefined ? formerStore : undefined;
  const ofRule = (key: string) => ['registries', key];
  const edits: Edit[] = [
    ...[...removed].map(([key, profile]) => ({ path: ofRule(key), now: null, was: profile })),
    ...[...changed].map(([key, { was, now }]) => ({ path: ofRule(key), now, was })),
    ...[...added].map(([key, profile]) => ({ path: ofRule(key), now: profile, was: null })),
  ];
  if (fallbackHelper !== undefined) edits.push({ path: ['fallback_helper'], now: fallbackHelper, was: null });
  for (const [key, rule] of written) edits.push(ruleEdit(key, ruleIn(text, key, path), rule));
  if (edits.length === 0) return undefined;
  const profiles = new Map([...changed].map(([key, { now }]) => [key, now]));
  const without = removeFromConfig(text, { rules: removed, fallbackHelper: undefined }, path);
  let after = addToConfig(changeProfiles(without, profiles, path), { rules: added, fallbackHelper }, path);
  for (const [key, rule] of written) after = putRule(after, key, rule, path);
  return fileChange({ path, kind: 'config', before }, after, edits);
}

/** The changes, and a sentence for each of the user's rules that is kept although it names another identity. */
export function planRules(
  config: Config,
  accounts: readonly ServedAccount[],
  dropped: readonly string[],
): RuleChanges & { kept: readonly string[] } {
  const added = new Map<string, string>();
  const changed = new Map<string, { was: string; now: string }>();
  const removed = new Map<string, string>();
  const written = new Map<string, WrittenRule>();
  const kept = new Set<string>();
  const isOwn = ({ file }: RegistryRule) => file === config.file;
  const keep = (what: string, { file, line, rule }: RegistryRule) =>
    kept.add(`${what}: kept the rule in ${file}:${line}, ${identityOf(rule)}`);
  for (const { id, profile, isPicked, hosts, rule: wanted } of accounts) {
    const isWanted = ({ rule }: RegistryRule) =>
      wanted === undefined ? rule.profile === profile : isDeepStrictEqual({ ...rule }, { ...wanted });
    const add = (key: string) => (wanted === undefined ? added.set(key, profile) : written.set(key, wanted));
    const found = hosts.map((host) => ({ host, rule: matchRule(config, host) }));
    const own = rulesOf(config, id).filter(isOwn);
    for (const rule of isPicked ? own : []) {
      const was = rule.rule.profile;
      if (isWanted(rule)) continue;
      if (was === undefined) keep(rule.key, rule);
      else if (wanted !== undefined) written.set(rule.key, wanted);
      else changed.set(rule.key, { was, now: profile });
    }
    const isWidelyRuled = !isPicked && found.some(({ rule }) => rule && (isWide(rule) || !isOwn(rule)));
    for (const { host, rule } of found) {
      // A rule for the whole account would come before a rule for a region, or any rule of the machine: only hostnames
      // without a rule get one.
      if (rule === undefined) add(isWidelyRuled ? host : accountPattern(id, host));
      else if (isWanted(rule) || (isPicked && own.includes(rule))) continue;
      else if (isPicked) add(accountPattern(id, host));
      else keep(host, rule);
    }
  }
  for (const id of dropped) {
    for (const rule of rulesOf(config, id).filter(isOwn)) {
      const { profile, ...more } = rule.rule;
      if (profile === undefined || Object.keys(more).length > 0) keep(rule.key, rule);
      else removed.set(rule.key, profile);
    }
  }
  return { added, changed, removed, written, kept: [...kept] };
}

function isWide({ pattern }: RegistryRule): boolean {
  return pattern.rank === 'region' || pattern.rank === 'wildcard';
}

/** `444455556666.dkr.ecr.*.amazonaws.com`. FIPS and dual-stack hostnames, which it does not cover, are unchanged. */
function accountPattern(id: string, host: string): string {
  const region = parseRegistry(host)?.region;
  return host.replace(`${id}.dkr.ecr.${region}.`, `${id}.dkr.ecr.*.`);
}

function identityOf({ profile, role_arn: role }: Rule): string {
  if (profile !== undefined) return `profile ${profile}`;
  return role === undefined ? "a pod's service account" : `role ${role}`;
}
