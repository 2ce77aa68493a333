// Pure edits of the text of config.yaml, one rule at a time: put, changed in its place, taken out. All else stays as it is.
import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument } from 'yaml';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { checkedConfig, plainOf, saysJust, withRuleLines, withRuleReplaced } from './edit-text.ts';
import { parseConfig, YAML_OPTIONS } from './load.ts';
import { scalar } from './rule-line.ts';

/** A rule's keys with their values, as they are to be written. */
export type WrittenRule = Readonly<Record<string, string | number>>;

/** Of a key, however its letters are written there. Undefined where there is none. @throws XacctError `config-invalid` */
export function ruleIn(
  text: string,
  key: string,
  file: string,
): { key: string; rule: WrittenRule } | undefined {
  parseConfig(text, file);
  const found = Object.entries(plainOf(text).registries ?? {}).find(
    ([written]) => written.toLowerCase() === key.toLowerCase(),
  );
  if (found === undefined || !isRule(found[1])) return undefined;
  return { key: found[0], rule: found[1] };
}

/** The text with this rule, in the place of the one that the key has. `file`: for messages. @throws XacctError `config-invalid` */
export function putRule(text: string, key: string, rule: WrittenRule, file: string): string {
  const existing = ruleIn(text, key, file);
  if (existing !== undefined && isDeepStrictEqual({ ...existing.rule }, { ...rule })) return text;
  const plain = plainOf(text);
  const name = existing?.key ?? key;
  const wanted = { ...plain, registries: { ...plain.registries, [name]: rule } };
  const lines = ruleLines(name, rule);
  const spliced = existing === undefined ? withRuleLines(text, lines) : withRuleReplaced(text, name, lines);
  if (spliced !== undefined && saysJust(spliced, wanted)) return checkedConfig(spliced, file);
  const document = parseDocument(text, YAML_OPTIONS);
  document.setIn(['registries', name], document.createNode({ ...rule }));
  return rewritten(document, key, file);
}

/** The text without the key's rule; the same text where there is none. @throws XacctError `config-invalid` */
export function takeRule(text: string, key: string, file: string): string {
  const existing = ruleIn(text, key, file);
  if (existing === undefined) return text;
  const plain = plainOf(text);
  const { [existing.key]: _, ...registries } = plain.registries ?? {};
  const wanted = { ...plain, registries };
  const cut = withRuleReplaced(text, existing.key, []);
  if (cut !== undefined && saysJust(cut, wanted)) return checkedConfig(cut, file);
  const document = parseDocument(text, YAML_OPTIONS);
  document.deleteIn(['registries', existing.key]);
  return rewritten(document, key, file);
}

/** As the YAML library writes it. */
function rewritten(document: Document, key: string, file: string): string {
  let text: string;
  try {
    text = document.toString({ lineWidth: 0 });
  } catch (cause) {
    const message = `${file}: another part of it refers to the rule for ${key} (an alias of YAML)`;
    const hint = { say: 'change it by hand:', run: command`$EDITOR ${file}` };
    throw new XacctError('config-invalid', message, { hint, cause });
  }
  return checkedConfig(text, file);
}

/** A profile alone is one line, as `setup` writes it; more has a line for each. */
function ruleLines(key: string, rule: WrittenRule): string[] {
  const settings = Object.entries(rule).map(([name, value]) => `${name}: ${valueText(value)}`);
  const start = JSON.stringify(key);
  if (settings.length === 1) return [`${start}: { ${settings[0]} }`];
  return [`${start}:`, ...settings.map((setting) => `  ${setting}`)];
}

function valueText(value: string | number): string {
  if (typeof value === 'number') return `${value}`;
  return /^arn:[\w:/+=,.@-]+$/.test(value) ? value : scalar(value);
}

function isRule(value: unknown): value is WrittenRule {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((member) => typeof member === 'string' || typeof member === 'number')
  );
}
