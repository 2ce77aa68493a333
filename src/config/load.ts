// Reads config.yaml into a Config, or says in which line and column it is wrong and what to write instead.
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { shellWord, XacctError } from '../errors.ts';
import { parseRegistry } from '../registry/registry.ts';
import { collide, type Pattern, parsePattern } from './pattern.ts';
import { configSchema, type Rule, ruleShape } from './schema.ts';

/** A key of `registries:` with its rule and where it stands. */
export interface RegistryRule {
  /** As written. */
  key: string;
  pattern: Pattern;
  rule: Rule;
  /** 1-based, in the file. */
  line: number;
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
}

/** The config of somebody who has none: no rules, every default. */
export function emptyConfig(file: string | undefined): Config {
  return { ...parseConfig('', ''), file, exists: false };
}

/**
 * Parses the text of a config file; `file` is its path, for messages.
 * @throws XacctError `config-invalid` with `FILE:LINE:COLUMN: what is wrong` and, where known, what to write instead.
 */
export function parseConfig(text: string, file: string): Config {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [fault] = [...document.errors, ...document.warnings];
  const unquoted = /^[ \t]*(\*[^\s:"']+)[ \t]*:/m.exec(text);
  if (unquoted !== null && fault !== undefined) {
    // YAML takes it for an alias, and complains about something else further down.
    const at = unquoted.index + unquoted[0].indexOf('*');
    throw invalid(place(at), `a key that begins with * must be quoted: "${unquoted[1]}"`);
  }
  if (fault !== undefined) throw invalid(place(fault.pos[0]), yamlMessage(fault.code, fault.message));
  refuseOddKeys(document, place);

  const parsed = configSchema.safeParse(toPlain(document, place(0)) ?? {}, { reportInput: false });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue === undefined) throw invalid(place(0), 'is not valid');
    if (issue.code === 'unrecognized_keys') {
      const key = issue.keys[0] ?? '';
      const where = keyOffset(document.contents, [...issue.path, key]);
      throw invalid(place(where), `unknown key "${key}"; known keys: ${knownKeys(issue.path.length)}`);
    }
    if (issue.code === 'invalid_key') {
      const message = issue.issues[0]?.message ?? issue.message;
      throw invalid(
        place(keyOffset(document.contents, issue.path)),
        `"${String(issue.path.at(-1))}" ${message}`,
      );
    }
    const name = issue.path.length === 0 ? 'the file' : `"${String(issue.path.at(-1))}"`;
    throw invalid(place(keyOffset(document.contents, issue.path)), `${name} ${issue.message}`);
  }

  const { registries, ...settings } = parsed.data;
  const rules: RegistryRule[] = [];
  for (const [key, rule] of Object.entries(registries ?? {})) {
    const pattern = parsePattern(key);
    if (pattern === undefined) throw new Error(`the schema let the key ${key} pass`);
    const at = keyOffset(document.contents, ['registries', key]);
    checkAgainstOthers({ key, pattern, rule }, rules, place(at), file);
    rules.push({ key, pattern, rule, line: lineCounter.linePos(at).line });
  }
  return {
    file,
    exists: true,
    rules,
    refreshMargin: settings.refresh_margin,
    maxTokenAge: settings.max_token_age,
    discover: settings.discover,
    mfaProcess: settings.mfa_process,
    fallbackHelper: settings.fallback_helper,
  };
}

function checkAgainstOthers(
  { key, pattern, rule }: Omit<RegistryRule, 'line'>,
  earlier: readonly RegistryRule[],
  place: string,
  file: string,
): void {
  const isEcr = pattern.rank !== 'exact' || parseRegistry(pattern.hostname) !== undefined;
  if (isEcr && rule.registry !== undefined) {
    throw invalid(place, `"${key}" is an ECR hostname itself; remove registry`);
  }
  if (!isEcr && rule.registry === undefined) {
    throw invalid(place, `"${key}" is not an ECR hostname; add registry: the ECR hostname it stands for`);
  }
  const twin = earlier.find((other) => collide(other.pattern, pattern));
  if (twin === undefined) return;
  throw invalid(
    place,
    pattern.rank === 'exact'
      ? `"${key}" stands a second time; the first is at ${file}:${twin.line}`
      : `"${key}" is as specific as "${twin.key}" (${file}:${twin.line}) and both cover the same hostnames; give one of them an account, a region, or write the exact hostnames`,
  );
}

function knownKeys(depth: number): string {
  const { shape } = depth === 0 ? configSchema : ruleShape;
  return Object.keys(shape).join(', ');
}

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice; keep one of them';
  if (code === 'TAB_AS_INDENT') return 'a tab; indent with spaces';
  return `not valid YAML: ${message}`;
}

/** Keys that would be lost on the way into plain objects. */
function refuseOddKeys(document: Document, place: (offset: number) => string): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return;
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      throw invalid(place(offset), isScalar(key) ? `unknown key "${key.value}"` : 'a key must be plain text');
    },
  });
}

/** The library resolves aliases only here, and limits them ("billion laughs"). */
function toPlain(document: Document, start: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw invalid(start, `not valid YAML: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}

/** The offset of the key (or, in a list, of the value) that the path ends in; of its nearest parent where it is absent. */
function keyOffset(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    if (pair === undefined || !isScalar(pair.key)) break;
    offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function invalid(place: string, message: string, cause?: unknown): XacctError {
  return new XacctError('config-invalid', `${place}: ${message}`, {
    hint: `run: \${EDITOR:-vi} ${shellWord(place.replace(/:\d+:\d+$/, ''))}`,
    cause,
  });
}
