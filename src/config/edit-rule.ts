// Pure edits of one rule in the text of config.yaml: add, change, remove. Everything else stays unchanged.
import { isDeepStrictEqual } from 'node:util';
import { isMap } from 'yaml';
import { editable, rewritten } from './edit-document.ts';
import { ruleLines, type WrittenRule, withRuleRewritten, withValuesChanged } from './edit-settings.ts';
import { checkedConfig, plainOf, saysJust, withRuleLines, withRuleReplaced } from './edit-text.ts';
import { parseConfig } from './load.ts';

export type { WrittenRule };

/** The rule of a key, in upper or lower case. Undefined if there is none. @throws XacctError `config-invalid` */
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

/**
 * The text with this rule, which replaces the rule of the same key. `file`: for messages.
 * @throws XacctError `config-invalid`
 */
export function putRule(text: string, key: string, rule: WrittenRule, file: string): string {
  const existing = ruleIn(text, key, file);
  if (existing !== undefined && isDeepStrictEqual({ ...existing.rule }, { ...rule })) return text;
  const plain = plainOf(text);
  const name = existing?.key ?? key;
  const wanted = { ...plain, registries: { ...plain.registries, [name]: rule } };
  const edits =
    existing === undefined
      ? [() => withRuleLines(text, ruleLines(name, rule))]
      : [() => withValuesChanged(text, name, rule), () => withRuleRewritten(text, name, rule)];
  for (const edit of edits) {
    const spliced = edit();
    if (spliced !== undefined && saysJust(spliced, wanted)) return checkedConfig(spliced, file);
  }
  const document = editable(text);
  const node = document.getIn(['registries', name], true);
  if (isMap(node)) {
    for (const setting of Object.keys(existing?.rule ?? {})) if (!(setting in rule)) node.delete(setting);
    for (const [setting, value] of Object.entries(rule)) node.set(setting, value);
  } else document.setIn(['registries', name], document.createNode({ ...rule }));
  return rewritten(document, { from: text, wanted, what: `the rule for ${key}`, file });
}

/** The text without the key's rule; the same text if there is none. @throws XacctError `config-invalid` */
export function takeRule(text: string, key: string, file: string): string {
  const existing = ruleIn(text, key, file);
  if (existing === undefined) return text;
  const plain = plainOf(text);
  const { [existing.key]: _, ...registries } = plain.registries ?? {};
  const wanted = { ...plain, registries };
  const cut = withRuleReplaced(text, existing.key, []);
  if (cut !== undefined && saysJust(cut, wanted)) return checkedConfig(cut, file);
  const document = editable(text);
  document.deleteIn(['registries', existing.key]);
  return rewritten(document, { from: text, wanted, what: `the rule for ${key}`, file });
}

export function isSetting(value: unknown): value is string | number | true {
  return typeof value === 'string' || typeof value === 'number' || value === true;
}

function isRule(value: unknown): value is WrittenRule {
  return typeof value === 'object' && value !== null && Object.values(value).every(isSetting);
}
