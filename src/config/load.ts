// Reads config.yaml into a Config, or says in which line and column it is wrong and what to write instead.
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { XacctError } from '../errors.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { invalid, issueFaults, keyOffset, oddKeyFaults, type Place, yamlFaults } from './config-fault.ts';
import { collide, type Pattern, parsePattern } from './pattern.ts';
import { configSchema, type Rule } from './schema.ts';

/** A key of `registries:` with its rule and where it stands. */
export interface RegistryRule {
  /** As written. */
  key: string;
  pattern: Pattern;
  rule: Rule;
  /** 1-based, in the file. */
  line: number;
  column: number;
}

export interface Config {
  /** Where it was read from, or would be; undefined where not even that is known. */
  file: string | undefined;
  /** Whether the file is there. */
  exists: boolean;
  rules: readonly RegistryRule[];
  /** Milliseconds. */
  refreshMargin: number;
  /** Milliseconds. */
  maxTokenAge: number;
  /** Whether a profile of the account is looked for where no rule covers a hostname. */
  discover: boolean;
  /** A command line that prints an MFA code. */
  mfaProcess: string | undefined;
  /** The NAME of `docker-credential-NAME`, which answers for hosts that are not ECR. */
  fallbackHelper: string | undefined;
  /** Variables by which a credential_process chooses whose keys it gives, besides those that always count. */
  processEnv: readonly string[];
}

/** The config of somebody who has none: no rules, every default. */
export function emptyConfig(file: string | undefined): Config {
  return { ...parseConfig('', ''), file, exists: false };
}

/** A config, or else what is wrong with it: at least one fault, in the order in which they are found. */
export type InspectedConfig =
  | { config: Config; faults?: undefined }
  | { config?: undefined; faults: readonly XacctError[] };

/**
 * Parses the text of a config file; `file` is its path, for messages.
 * @throws XacctError `config-invalid` with `FILE:LINE:COLUMN: what is wrong` and, where known, what to write instead.
 */
export function parseConfig(text: string, file: string): Config {
  const { config, faults } = inspectConfig(text, file);
  if (config === undefined) throw faults[0];
  return config;
}

/** The same for whoever wants to hear of every mistake at once. */
export function inspectConfig(text: string, file: string): InspectedConfig {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const place: Place = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  for (const faults of [yamlFaults(document, text, place), oddKeyFaults(document, place)]) {
    if (faults.length > 0) return { faults };
  }
  const plain = toPlain(document, place(0));
  if (plain.fault !== undefined) return { faults: [plain.fault] };
  const parsed = configSchema.safeParse(plain.value ?? {}, { reportInput: false });
  if (!parsed.success) {
    return { faults: parsed.error.issues.flatMap((issue) => issueFaults(issue, document.contents, place)) };
  }

  const { registries, ...settings } = parsed.data;
  const { rules, faults } = readRules(
    registries ?? {},
    (key) => lineCounter.linePos(keyOffset(document.contents, ['registries', key])),
    file,
  );
  if (faults.length > 0) return { faults };
  const config: Config = {
    file,
    exists: true,
    rules,
    refreshMargin: settings.refresh_margin,
    maxTokenAge: settings.max_token_age,
    discover: settings.discover,
    mfaProcess: settings.mfa_process,
    fallbackHelper: settings.fallback_helper,
    processEnv: settings.process_env ?? [],
  };
  return { config };
}

function readRules(
  registries: Readonly<Record<string, Rule>>,
  positionOf: (key: string) => { line: number; col: number },
  file: string,
): { rules: RegistryRule[]; faults: XacctError[] } {
  const rules: RegistryRule[] = [];
  const faults: XacctError[] = [];
  for (const [key, rule] of Object.entries(registries)) {
    const pattern = parsePattern(key);
    if (pattern === undefined) throw new Error(`the schema let the key ${key} pass`);
    const { line, col: column } = positionOf(key);
    const registryRule = { key, pattern, rule, line, column };
    const fault = conflict(registryRule, rules, file);
    if (fault !== undefined) faults.push(fault);
    rules.push(registryRule);
  }
  return { rules, faults };
}

/** Why the rule cannot stand there, if it cannot. */
function conflict(
  { key, pattern, rule, line, column }: RegistryRule,
  earlier: readonly RegistryRule[],
  file: string,
): XacctError | undefined {
  const place = `${file}:${line}:${column}`;
  const isEcr = pattern.rank !== 'exact' || parseRegistry(pattern.hostname) !== undefined;
  if (isEcr && rule.registry !== undefined) {
    return invalid(place, `"${key}" is an ECR hostname itself; remove registry`);
  }
  if (!isEcr && rule.registry === undefined) {
    return invalid(place, `"${key}" is not an ECR hostname; add registry: the ECR hostname it stands for`);
  }
  const twin = earlier.find((other) => collide(other.pattern, pattern));
  if (twin === undefined) return undefined;
  return invalid(
    place,
    pattern.rank === 'exact'
      ? `"${key}" stands a second time; the first is at ${file}:${twin.line}`
      : `"${key}" is as specific as "${twin.key}" (${file}:${twin.line}) and both cover the same hostnames; give one of them an account, a region, or write the exact hostnames`,
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
