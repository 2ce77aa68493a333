// The settings of a rule that is there, changed in the text of config.yaml: its comments stay.
import { isAlias, isMap, isScalar, Lexer, parseDocument } from 'yaml';
import { nodeEnd, pairStart, plainOf, type RuleLines, ruleLinesIn, withRuleReplaced } from './edit-text.ts';
import { YAML_OPTIONS } from './load.ts';
import { valueText } from './rule-line.ts';

/** A rule's keys with their values, as they are to be written. */
export type WrittenRule = Readonly<Record<string, string | number | true>>;

/** Each value in its place; undefined where the rule has other settings, or its form is none of the usual ones. */
export function withValuesChanged(text: string, key: string, rule: WrittenRule): string | undefined {
  const node = parseDocument(text, YAML_OPTIONS).getIn(['registries', key], true);
  if (isAlias(node) && node.range) {
    return text.slice(0, node.range[0]) + flowText(rule) + text.slice(node.range[1]);
  }
  if (!isMap(node) || node.items.length !== Object.keys(rule).length) return undefined;
  const before = new Map(Object.entries(plainOf(text).registries?.[key] ?? {}));
  let changed = text;
  // From the end: the offsets before it stay.
  for (const { key: name, value } of node.items.toReversed()) {
    const now = isScalar(name) ? rule[`${name.value}`] : undefined;
    if (now === undefined) return undefined;
    if (isScalar(name) && before.get(`${name.value}`) === now) continue;
    if (!(isScalar(value) || isAlias(value)) || !value.range) return undefined;
    changed = changed.slice(0, value.range[0]) + valueText(now) + changed.slice(value.range[1]);
  }
  return changed;
}

/** With lines for its settings, and the comments of the old ones. Undefined where the rule has no lines of its own. */
export function withRuleRewritten(text: string, key: string, rule: WrittenRule): string | undefined {
  const place = ruleLinesIn(text, key);
  if (place === undefined) return undefined;
  const name = text.slice(pairStart(place.pair), nodeEnd(place.pair.key));
  return withRuleReplaced(text, key, linesWith(name, rule, commentsOf(text, place, rule)));
}

/** A profile alone is one line, as `setup` writes it; more has a line for each. */
export function ruleLines(key: string, rule: WrittenRule): string[] {
  return linesWith(JSON.stringify(key), rule, { beside: new Map(), above: new Map() });
}

/** By the setting; the rule's own line is '', and so is what is above no setting that is left. */
interface Comments {
  /** With the white space before them. */
  beside: ReadonlyMap<string, string>;
  above: ReadonlyMap<string, readonly string[]>;
}

function linesWith(key: string, rule: WrittenRule, { beside, above }: Comments): string[] {
  const own = beside.get('') ?? '';
  const isShort = Object.keys(rule).length === 1 && above.size === 0 && [...beside.keys()].join('') === '';
  if (isShort) return [`${key}: ${flowText(rule)}${own}`];
  const settings = Object.entries(rule).flatMap(([name, value]) => [
    ...(above.get(name) ?? []),
    `${name}: ${valueText(value)}${beside.get(name) ?? ''}`,
  ]);
  return [`${key}:${own}`, ...[...(above.get('') ?? []), ...settings].map((line) => `  ${line}`)];
}

function flowText(rule: WrittenRule): string {
  return `{ ${Object.entries(rule)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join(', ')} }`;
}

function commentsOf(text: string, { pair, start, end }: RuleLines, rule: WrittenRule): Comments {
  const beside = new Map<string, string>();
  const above = new Map<string, string[]>();
  const settings = (isMap(pair.value) ? pair.value.items : []).map((item) => ({
    name: isScalar(item.key) ? `${item.key.value}` : '',
    start: pairStart(item) ?? 0,
    end: nodeEnd(item.value) ?? 0,
  }));
  for (const { offset, source } of comments(text)) {
    if (offset < start || offset >= end) continue;
    const before = text.slice(start, offset);
    const lineStart = start + before.lastIndexOf('\n') + 1;
    const line = text.slice(lineStart, offset);
    const gap = line.slice(line.trimEnd().length);
    const isAlone = lineStart + gap.length === offset;
    const setting = isAlone
      ? settings.find((one) => one.start > offset)
      : settings.findLast((one) => one.end > lineStart && one.start < offset);
    const name = setting !== undefined && setting.name in rule ? setting.name : '';
    if (lineStart === start) beside.set('', gap + source);
    else if (!isAlone && name !== '') beside.set(name, gap + source);
    else above.set(name, [...(above.get(name) ?? []), source]);
  }
  return { beside, above };
}

/** Where the comments are, and what they say. */
function comments(text: string): { offset: number; source: string }[] {
  const found: { offset: number; source: string }[] = [];
  let offset = 0;
  let last = '';
  for (const token of new Lexer().lex(text)) {
    // Marks that are not in the text; behind the last of them is a value.
    const isMark = token === '\x02' || token === '\x18' || token === '\x1f';
    if (token.startsWith('#') && last !== '\x1f') found.push({ offset, source: token.trimEnd() });
    if (!isMark) offset += token.length;
    last = token;
  }
  return found;
}
