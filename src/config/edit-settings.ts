// Changes the settings of an existing rule in the text of config.yaml, and keeps its comments.
import { isAlias, isMap, isScalar, Lexer, parseDocument } from 'yaml';
import { nodeEnd, pairStart, plainOf, type RuleLines, ruleLinesIn, withRuleReplaced } from './edit-text.ts';
import { YAML_OPTIONS } from './load.ts';
import { valueText } from './rule-line.ts';

/** A rule's keys and the values to write. */
export type WrittenRule = Readonly<Record<string, string | number | true>>;

/** Changes each value in its place; undefined if the rule has other settings, or an unusual form. */
export function withValuesChanged(text: string, key: string, rule: WrittenRule): string | undefined {
  const node = parseDocument(text, YAML_OPTIONS).getIn(['registries', key], true);
  if (isAlias(node) && node.range) {
    return text.slice(0, node.range[0]) + flowText(rule) + text.slice(node.range[1]);
  }
  if (!isMap(node) || node.items.length !== Object.keys(rule).length) return undefined;
  const before = new Map(Object.entries(plainOf(text).registries?.[key] ?? {}));
  let changed = text;
  // From the end, so that earlier offsets stay valid.
  for (const { key: name, value } of node.items.toReversed()) {
    const now = isScalar(name) ? rule[`${name.value}`] : undefined;
    if (now === undefined) return undefined;
    if (isScalar(name) && before.get(`${name.value}`) === now) continue;
    if (!(isScalar(value) || isAlias(value)) || !value.range) return undefined;
    changed = changed.slice(0, value.range[0]) + valueText(now) + changed.slice(value.range[1]);
  }
  return changed;
}

/**
 * Writes the rule with a line for each setting, and keeps the comments. Undefined if the rule does not have lines of
 * its own.
 */
export function withRuleRewritten(text: string, key: string, rule: WrittenRule): string | undefined {
  const place = ruleLinesIn(text, key);
  if (place === undefined) return undefined;
  const name = text.slice(pairStart(place.pair), nodeEnd(place.pair.key));
  return withRuleReplaced(text, key, linesWith(name, rule, commentsOf(text, place, rule)));
}

/** A rule with only a profile is one line, as `setup` writes it. Any other rule has a line for each setting. */
export function ruleLines(key: string, rule: WrittenRule): string[] {
  return linesWith(JSON.stringify(key), rule, { beside: new Map(), above: new Map() });
}

/** Comments by setting. '' is the rule's own line, and holds the comments above settings that are gone. */
interface Comments {
  /** Includes the white space before each comment. */
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

/** The offset and text of each comment. */
function comments(text: string): { offset: number; source: string }[] {
  const found: { offset: number; source: string }[] = [];
  let offset = 0;
  let last = '';
  for (const token of new Lexer().lex(text)) {
    // These marks are not in the text; a value follows the last of them.
    const isMark = token === '\x02' || token === '\x18' || token === '\x1f';
    if (token.startsWith('#') && last !== '\x1f') found.push({ offset, source: token.trimEnd() });
    if (!isMark) offset += token.length;
    last = token;
  }
  return found;
}
