// Reads config.yaml into a Config, or reports the line and column of a mistake and what to write instead.
import { type Document, LineCounter, type ParseOptions, parseDocument, type SchemaOptions } from 'yaml';
import type { XacctError } from '../errors.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { nearMiss, nearMissText } from '../registry/near-miss.ts';
import { invalid, issueFaults, keyFaults, offsetsIn, type Place, yamlFaults } from './config-fault.ts';
import { type ConfigNames, configNames } from './config-names.ts';
import { collide, groupOf, type Pattern, parsePattern } from './pattern.ts';
import { configSchema, type Rule } from './schema.ts';
import { type ConfigSettings, saidBy, settingsOf } from './settings.ts';

/** A key of `registries:` with its rule and its place. */
export interface RegistryRule {
  /** The path of its file: the user's or the machine's. */
  file: string;
  /** As written. */
  key: string;
  pattern: Pattern;
  rule: Rule;
  /** 1-based, in the file. */
  line: number;
  column: number;
}

export interface Config extends ConfigSettings {
  /** The path of the user's own file, which need not exist; undefined if it is not known. */
  file: string | undefined;
  /** Whether that file exists. */
  exists: boolean;
  /** All files that were read, in the order of precedence. */
  files: readonly string[];
  /** In the order of the files. */
  rules: readonly RegistryRule[];
  /** The same rules by the `groupOf` of their patterns, one map for each file. */
  groups: readonly ReadonlyMap<string, readonly RegistryRule[]>[];
  /** The path of the file that sets each setting; absent if the default applies. */
  saidBy: Readonly<Partial<Record<keyof ConfigSettings, string>>>;
}

/** A config, or its faults: at least one, in the order of the search. */
export type InspectedConfig = (
  | { config: Config; faults?: undefined }
  | { config?: undefined; faults: readonly XacctError[] }
) & {
  /** Absent if the text is not YAML. */
  names?: () => ConfigNames;
};

/**
 * Parses the text of a config file. `file`: its path, for messages.
 * @throws XacctError `config-invalid` with `FILE:LINE:COLUMN: what is wrong` and, if known, what to write instead.
 */
export function parseConfig(text: string, file: string): Config {
  const { config, faults } = inspectConfig(text, file, 1);
  if (config === undefined) throw faults[0];
  return config;
}

/** To resolve an alias, the library searches all anchors before it. */
const MAX_ANCHORS = 1_000;

/** The library compares each key with every other, which is slow. `keyFaults` finds duplicates faster. */
export const YAML_OPTIONS = {
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
} as const satisfies ParseOptions & SchemaOptions & { logLevel: string };

/** Like parseConfig, but reports every mistake at once, or the first `most`. */
export function inspectConfig(text: string, file: string, most = Number.POSITIVE_INFINITY): InspectedConfig {
  const lineCounter = new LineCounter();
  const anchors = text.match(/(?<![^\s,[{])&/g)?.length ?? 0;
  if (anchors > MAX_ANCHORS) {
    const message = `has ${anchors} anchors (&NAME), and at most ${MAX_ANCHORS} are read`;
    return { faults: [invalid(`${file}:1:1`, message)] };
  }
  const document = parseDocument(text, { lineCounter, ...YAML_OPTIONS });
  const place: Place = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const search = { text, place, most };
  const broken = yamlFaults(document, search);
  if (broken.length > 0) return { faults: broken };
  const misplaced = keyFaults(document, search);
  if (misplaced.length >= most) return { faults: misplaced };
  const plain = toPlain(document, place(0));
  if (plain.fault !== undefined) return { faults: [...misplaced, plain.fault] };
  const offsetOf = offsetsIn(document);
  const names = () => configNames(plain.value, (path) => place(offsetOf(path)));
  if (misplaced.length > 0) return { faults: misplaced, names };
  const parsed = configSchema.safeParse(plain.value ?? {}, { reportInput: false });
  if (!parsed.success) {
    const { issues } = parsed.error;
    const at = { offsetOf, place, most, plain: plain.value };
    return { faults: issues.slice(0, most).flatMap((issue) => issueFaults(issue, at)), names };
  }

  const { registries, ...settings } = parsed.data;
  const positionOf = (key: string) => ({ file, ...lineCounter.linePos(offsetOf(['registries', key])) });
  const rules = Object.entries(registries ?? {}).map(([key, rule]) => ruleAt(key, rule, positionOf(key)));
  const { groups, faults } = grouped(rules);
  if (faults.length > 0) return { faults, names };
  const config: Config = {
    file,
    exists: true,
    files: [file],
    rules,
    groups: [groups],
    saidBy: saidBy(plain.value, file),
    ...settingsOf(settings),
  };
  return { config, names };
}

function ruleAt(
  key: string,
  rule: Rule,
  { file, line, col: column }: { file: string; line: number; col: number },
): RegistryRule {
  const pattern = parsePattern(key);
  if (pattern === undefined) throw new Error(`the schema let the key ${key} pass`);
  return { file, key, pattern, rule, line, column };
}

/** Rules by group, and the faults of some of them. */
function grouped(rules: readonly RegistryRule[]): {
  groups: Map<string, RegistryRule[]>;
  faults: XacctError[];
} {
  const groups = new Map<string, RegistryRule[]>();
  const faults: XacctError[] = [];
  for (const rule of rules) {
    const fault = conflict(rule, groups.get(groupOf(rule.pattern)) ?? []);
    if (fault !== undefined) faults.push(fault);
    addToGroup(groups, rule);
  }
  return { groups, faults };
}

export function addToGroup(groups: Map<string, RegistryRule[]>, rule: RegistryRule): void {
  const name = groupOf(rule.pattern);
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [rule]);
  else group.push(rule);
}

/** Why the rule conflicts with an earlier one of its group; undefined if it does not. */
function conflict(
  { file, key, pattern, rule, line, column }: RegistryRule,
  earlier: readonly RegistryRule[],
): XacctError | undefined {
  const place = `${file}:${line}:${column}`;
  const isEcr = pattern.rank !== 'exact' || parseRegistry(pattern.hostname) !== undefined;
  if (isEcr && rule.registry !== undefined) {
    return invalid(place, `"${key}" is an ECR hostname itself; remove registry`);
  }
  if (!isEcr && rule.registry === undefined) {
    const near = nearMiss(key.toLowerCase());
    if (near !== undefined) return invalid(place, `"${key}" is not an ECR hostname: ${nearMissText(near)}`);
    return invalid(place, `"${key}" is not an ECR hostname; add registry: the ECR hostname behind it`);
  }
  const twin = earlier.find((other) => collide(other.pattern, pattern));
  if (twin === undefined) return undefined;
  return invalid(
    place,
    pattern.rank === 'exact'
      ? `"${key}" is there twice; the first is at ${file}:${twin.line}`
      : `"${key}" is as specific as "${twin.key}" (${file}:${twin.line}) and both cover the same hostnames; name an account or a region in one of them, or write the exact hostnames`,
  );
}

/** The library resolves aliases only here, and limits them ("billion laughs"). */
function toPlain(
  document: Document,
  start: string,
): { value: unknown; fault?: undefined } | { fault: XacctError } {
  try {
    return { value: document.toJS() };
  } catch (cause) {
    const message = `not valid YAML: ${cause instanceof Error ? cause.message : cause}`;
    return { fault: invalid(start, message, cause) };
  }
}
