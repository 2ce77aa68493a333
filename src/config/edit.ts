// Pure edits of the text of config.yaml: add or remove rules and a setting. Comments and formatting stay.
import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'yaml';
import { editable, rewritten } from './edit-document.ts';
import { type WrittenRule, withValuesChanged } from './edit-settings.ts';
import { appended, checkedConfig, plainOf, saysJust, withRuleLines, withRuleReplaced } from './edit-text.ts';
import { parseConfig } from './load.ts';
import { ruleLine, scalar } from './rule-line.ts';

export interface ConfigAddition {
  /** Key under `registries:` → the profile of its rule. */
  rules: ReadonlyMap<string, string>;
  fallbackHelper: string | undefined;
}

/**
 * The text with the rules at the end of `registries:`, and the helper. `file`: its path, for messages.
 * @throws XacctError `config-invalid` if the text is not a valid config before or after the edit.
 */
export function addToConfig(text: string, { rules, fallbackHelper }: ConfigAddition, file: string): string {
  parseConfig(text, file);
  const plain = plainOf(text);
  const wanted = {
    ...plain,
    registries: {
      ...plain.registries,
      ...Object.fromEntries([...rules].map(([key, profile]) => [key, { profile }])),
    },
    ...(fallbackHelper === undefined ? {} : { fallback_helper: fallbackHelper }),
  };
  const spliced = spliceSetting(withRuleLines(text, linesOf(rules)), fallbackHelper);
  if (spliced !== undefined && saysJust(spliced, wanted)) return checkedConfig(spliced, file);
  const document = editable(text);
  for (const [key, profile] of rules) document.setIn(['registries', key], flowRule(document, { profile }));
  if (fallbackHelper !== undefined) document.set('fallback_helper', fallbackHelper);
  return rewritten(document, { from: text, wanted, what: 'registries', file });
}

/** The text without the additions that are still unchanged. @throws XacctError `config-invalid` */
export function removeFromConfig(
  text: string,
  { rules, fallbackHelper }: ConfigAddition,
  file: string,
): string {
  parseConfig(text, file);
  const plain = plainOf(text);
  const doomed = [...rules].filter(([key, profile]) =>
    isDeepStrictEqual(plain.registries?.[key], { profile }),
  );
  const isHelperDoomed = fallbackHelper !== undefined && plain.fallback_helper === fallbackHelper;
  const { fallback_helper: helper, ...rest } = plain;
  const doomedKeys = new Set(doomed.map(([key]) => key));
  const left = Object.entries(plain.registries ?? {}).filter(([key]) => !doomedKeys.has(key));
  const wanted = {
    ...rest,
    registries: Object.fromEntries(left),
    ...(isHelperDoomed || helper === undefined ? {} : { fallback_helper: helper }),
  };
  const lines = new Set(doomed.map(([key, profile]) => ruleLine(key, profile)));
  if (isHelperDoomed) lines.add(`fallback_helper: ${scalar(fallbackHelper)}`);
  if (left.length === 0 && doomed.length > 0) lines.add('registries:');
  const cut = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).filter((line) => !lines.has(line.trim())).join('');
  if (saysJust(cut, wanted)) return checkedConfig(cut, file);
  const document = editable(text);
  const parted = withoutRules(text, doomedKeys);
  if (!isHelperDoomed && parted !== undefined && saysJust(parted, wanted)) return checkedConfig(parted, file);
  for (const [key] of doomed) document.deleteIn(['registries', key]);
  if (isHelperDoomed) document.delete('fallback_helper');
  const what = doomed.length === 0 ? 'fallback_helper' : `the rule for ${[...doomedKeys].join(' or ')}`;
  return rewritten(document, { from: text, wanted, what, file });
}

/**
 * The text with other profiles in existing rules, by key. The rest of each rule stays.
 * @throws XacctError `config-invalid`
 */
export function changeProfiles(text: string, profiles: ReadonlyMap<string, string>, file: string): string {
  let changed = text;
  // From the end: an alias comes after its anchor, so the anchor may be changed after it.
  for (const key of Object.keys(plainOf(text).registries ?? {}).toReversed()) {
    const profile = profiles.get(key);
    if (profile !== undefined) changed = changeProfile(changed, key, profile, file);
  }
  return checkedConfig(changed, file);
}

function changeProfile(text: string, key: string, profile: string, file: string): string {
  const plain = plainOf(text);
  const rule = { ...plain.registries?.[key], profile };
  const wanted = { ...plain, registries: { ...plain.registries, [key]: rule } };
  const spliced = withValuesChanged(text, key, rule);
  if (spliced !== undefined && saysJust(spliced, wanted)) return spliced;
  const document = editable(text);
  document.setIn(['registries', key], flowRule(document, rule));
  return rewritten(document, { from: text, wanted, what: `the rule for ${key}`, file });
}

/** The text without rules that have lines of their own. Undefined if one of them does not. */
function withoutRules(text: string, keys: Iterable<string>): string | undefined {
  let cut: string | undefined = text;
  for (const key of keys) cut = cut === undefined ? undefined : withRuleReplaced(cut, key, []);
  return cut;
}

function flowRule(document: Document, rule: WrittenRule) {
  const node = document.createNode({ ...rule });
  node.flow = true;
  return node;
}

/** Adds the setting on a line of its own, at the end of the text. */
function spliceSetting(text: string | undefined, fallbackHelper: string | undefined): string | undefined {
  if (text === undefined || fallbackHelper === undefined) return text;
  return appended(text, [`fallback_helper: ${scalar(fallbackHelper)}`]);
}

function linesOf(rules: ReadonlyMap<string, string>): string[] {
  return [...rules].map(([key, profile]) => ruleLine(key, profile));
}
