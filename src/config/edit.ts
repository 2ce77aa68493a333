// Pure edits of the text of config.yaml: rules and a setting put in or taken out; comments and formatting stay.
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { parseConfig, YAML_OPTIONS } from './load.ts';
import { ruleLine, scalar } from './rule-line.ts';

export interface ConfigAddition {
  /** Key under `registries:` → the profile of its rule. */
  rules: ReadonlyMap<string, string>;
  fallbackHelper: string | undefined;
}

/**
 * The text with the rules at the end of `registries:`, and the helper. `file` is its path, for messages.
 * @throws XacctError `config-invalid` where the text is not a valid config, or would not be one afterwards.
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
  const spliced = spliceSetting(spliceRules(text, rules), fallbackHelper);
  if (spliced !== undefined && means(spliced, wanted)) return checked(spliced, file);
  const document = parseDocument(text, YAML_OPTIONS);
  for (const [key, profile] of rules) document.setIn(['registries', key], flowRule(document, profile));
  if (fallbackHelper !== undefined) document.set('fallback_helper', fallbackHelper);
  return checked(document.toString({ lineWidth: 0 }), file);
}

/** The text without what was added, as far as it still says the same. @throws XacctError `config-invalid` */
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
  if (means(cut, wanted)) return checked(cut, file);
  const document = parseDocument(text, YAML_OPTIONS);
  const parted = withoutPairs(text, document, doomedKeys);
  if (!isHelperDoomed && parted !== undefined && means(parted, wanted)) return checked(parted, file);
  for (const [key] of doomed) document.deleteIn(['registries', key]);
  if (isHelperDoomed) document.delete('fallback_helper');
  return checked(document.toString({ lineWidth: 0 }), file);
}

/**
 * The text with other profiles in rules that are there, under their keys: all else of a rule stays.
 * @throws XacctError `config-invalid`
 */
export function changeProfiles(text: string, profiles: ReadonlyMap<string, string>, file: string): string {
  let changed = text;
  for (const [key, profile] of profiles) changed = changeProfile(changed, key, profile);
  return checked(changed, file);
}

function changeProfile(text: string, key: string, profile: string): string {
  const plain = plainOf(text);
  const rule = { ...plain.registries?.[key], profile };
  const document = parseDocument(text, YAML_OPTIONS);
  const old = document.getIn(['registries', key, 'profile'], true);
  if (isScalar(old) && old.range) {
    const spliced = text.slice(0, old.range[0]) + scalar(profile) + text.slice(old.range[1]);
    if (means(spliced, { ...plain, registries: { ...plain.registries, [key]: rule } })) return spliced;
  }
  const node = document.createNode(rule);
  node.flow = true;
  document.setIn(['registries', key], node);
  return document.toString({ lineWidth: 0 });
}

/** The text without rules that take lines of their own. Undefined where its form is none of the usual ones. */
function withoutPairs(text: string, document: Document, keys: ReadonlySet<string>): string | undefined {
  const rules = document.get('registries', true);
  if (!isBlockMap(rules)) return undefined;
  let cut = text;
  for (const pair of rules.items.toReversed()) {
    if (!isScalar(pair.key) || !keys.has(String(pair.key.value))) continue;
    const [start, end] = [
      startOf(pair),
      [pair.value, pair.key].map(endOf).find((offset) => offset !== undefined),
    ];
    if (start === undefined || end === undefined) return undefined;
    const last = text.indexOf('\n', text.slice(0, end).trimEnd().length - 1);
    cut = cut.slice(0, text.lastIndexOf('\n', start - 1) + 1) + (last === -1 ? '' : cut.slice(last + 1));
  }
  return cut;
}

interface PlainConfig {
  registries?: Record<string, object> | null;
  [key: string]: unknown;
}

/** Only of a text that parseConfig accepts. */
function plainOf(text: string): PlainConfig {
  return (parseDocument(text, YAML_OPTIONS).toJS() as PlainConfig | null) ?? {};
}

/** Whether the text is YAML that says just that; no registries, none below the key and no key at all are the same. */
function means(text: string, wanted: PlainConfig): boolean {
  if (parseDocument(text, YAML_OPTIONS).errors.length > 0) return false;
  const normal = ({ registries, ...rest }: PlainConfig) => ({ ...rest, registries: registries ?? {} });
  return isDeepStrictEqual(normal(plainOf(text)), normal(wanted));
}

function checked(text: string, file: string): string {
  parseConfig(text, file);
  return text;
}

function flowRule(document: Document, profile: string) {
  const node = document.createNode({ profile });
  node.flow = true;
  return node;
}

/** Lines put into the text itself, so that nothing else changes. Undefined where its form is none of the usual ones. */
function spliceRules(text: string, rules: ReadonlyMap<string, string>): string | undefined {
  if (rules.size === 0) return text;
  const lines = [...rules].map(([key, profile]) => ruleLine(key, profile));
  const root = parseDocument(text, YAML_OPTIONS).contents;
  if (root !== null && !isBlockMap(root)) return undefined;
  const pair = root?.items.find(({ key }) => isScalar(key) && key.value === 'registries');
  if (pair === undefined) return appended(text, ['registries:', ...lines.map((line) => `  ${line}`)]);
  if (isBlockMap(pair.value)) return afterLastItem(text, pair.value, lines);
  const value = pair.value;
  if (isMap(value) && value.items.length === 0 && value.range) {
    const emptied = `${text.slice(0, value.range[0]).trimEnd()}${text.slice(value.range[1])}`;
    return afterLine(emptied, value.range[0] - 1, lines, '  ');
  }
  return isScalar(pair.key) && pair.key.range ? afterLine(text, pair.key.range[1], lines, '  ') : undefined;
}

function isBlockMap(node: unknown): node is YAMLMap {
  return isMap(node) && node.flow !== true && node.items.length > 0;
}

function afterLastItem(text: string, map: YAMLMap, lines: readonly string[]): string | undefined {
  const [first, last] = [map.items[0], map.items.at(-1)];
  const start = startOf(first);
  if (start === undefined || last === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const end = [last.value, last.key].map(endOf).find((offset) => offset !== undefined);
  if (!/^ +$/.test(indent) || end === undefined) return undefined;
  return afterLine(text, text.slice(0, end).trimEnd().length - 1, lines, indent);
}

function startOf(pair: Pair | undefined): number | undefined {
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

function endOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) ? node.range?.[1] : undefined;
}

/** The setting on a line of its own, at the end of the text. */
function spliceSetting(text: string | undefined, fallbackHelper: string | undefined): string | undefined {
  if (text === undefined || fallbackHelper === undefined) return text;
  return appended(text, [`fallback_helper: ${scalar(fallbackHelper)}`]);
}

function appended(text: string, lines: readonly string[]): string {
  const eol = lineBreakOf(text);
  const isOpen = text !== '' && text !== '\uFEFF' && !text.endsWith('\n');
  return `${text}${isOpen ? eol : ''}${lines.join(eol)}${eol}`;
}

/** The lines below the line that has the character at the offset. */
function afterLine(text: string, offset: number, lines: readonly string[], indent: string): string {
  const eol = lineBreakOf(text);
  const next = text.indexOf('\n', offset);
  const block = lines.map((line) => `${indent}${line}`).join(eol);
  if (next === -1) return `${text}${eol}${block}${eol}`;
  return `${text.slice(0, next + 1)}${block}${eol}${text.slice(next + 1)}`;
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
