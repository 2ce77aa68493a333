// Edits the text of config.yaml: compares its values, and inserts or replaces the lines of rules.
import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { parseConfig, YAML_OPTIONS } from './load.ts';

export interface PlainConfig {
  registries?: Record<string, object> | null;
  [key: string]: unknown;
}

/** Accepts only a text that parseConfig accepts. */
export function plainOf(text: string): PlainConfig {
  return (parseDocument(text, YAML_OPTIONS).toJS() as PlainConfig | null) ?? {};
}

/** Whether the text is YAML with exactly these values. A missing `registries` equals an empty one. */
export function saysJust(text: string, wanted: PlainConfig): boolean {
  if (parseDocument(text, YAML_OPTIONS).errors.length > 0) return false;
  const normal = ({ registries, ...rest }: PlainConfig) => ({ ...rest, registries: registries ?? {} });
  try {
    return isDeepStrictEqual(normal(plainOf(text)), normal(wanted));
  } catch {
    // An alias whose anchor no longer exists.
    return false;
  }
}

/** Returns the text unchanged. @throws XacctError `config-invalid` */
export function checkedConfig(text: string, file: string): string {
  parseConfig(text, file);
  return text;
}

/** Inserts the lines of rules after the last rule. Undefined if the text has an unusual form. */
export function withRuleLines(text: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return text;
  const root = parseDocument(text, YAML_OPTIONS).contents;
  if (root !== null && !isBlockMap(root)) return undefined;
  const pair = root?.items.find(({ key }) => isScalar(key) && key.value === 'registries');
  if (pair === undefined) return appended(text, ['registries:', ...lines.map((line) => `  ${line}`)]);
  if (isBlockMap(pair.value)) return afterLastItem(text, pair.value, lines);
  const value = pair.value;
  const isEmpty = isMap(value)
    ? value.items.length === 0
    : isScalar(value) && value.source !== '' && value.tag === undefined;
  if (isEmpty && value?.range) {
    const head = text.slice(0, value.range[0]).trimEnd();
    return afterLine(`${head}${text.slice(value.range[1])}`, head.length - 1, lines, '  ');
  }
  return isScalar(pair.key) && pair.key.range ? afterLine(text, pair.key.range[1], lines, '  ') : undefined;
}

function isBlockMap(node: unknown): node is YAMLMap {
  return isMap(node) && node.flow !== true && node.items.length > 0;
}

function afterLastItem(text: string, map: YAMLMap, lines: readonly string[]): string | undefined {
  const [first, last] = [map.items[0], map.items.at(-1)];
  const start = pairStart(first);
  if (start === undefined || last === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const end = [last.value, last.key].map(nodeEnd).find((offset) => offset !== undefined);
  if (!/^ +$/.test(indent) || end === undefined) return undefined;
  return afterLine(text, text.slice(0, end).trimEnd().length - 1, lines, indent);
}

export function pairStart(pair: Pair | undefined): number | undefined {
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

export function nodeEnd(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isAlias(node) ? node.range?.[1] : undefined;
}

export function appended(text: string, lines: readonly string[]): string {
  const eol = lineBreakOf(text);
  const isOpen = text !== '' && text !== '\uFEFF' && !text.endsWith('\n');
  return `${text}${isOpen ? eol : ''}${lines.join(eol)}${eol}`;
}

/** Inserts the lines below the line that contains the offset. */
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

/** Replaces the rule's lines by these. Undefined if the rule does not have lines of its own. */
export function withRuleReplaced(text: string, key: string, lines: readonly string[]): string | undefined {
  const place = ruleLinesIn(text, key);
  if (place === undefined) return undefined;
  const eol = lineBreakOf(text);
  const block = lines.map((line) => `${place.indent}${line}${eol}`).join('');
  return `${text.slice(0, place.start)}${block}${text.slice(place.end)}`;
}

export interface RuleLines {
  pair: Pair;
  /** Offsets of the start of its first line, and of the end of its last line. */
  start: number;
  end: number;
  indent: string;
}

/** Undefined if the rule does not have lines of its own. */
export function ruleLinesIn(text: string, key: string): RuleLines | undefined {
  const { contents } = parseDocument(text, YAML_OPTIONS);
  const registries = isMap(contents) ? pairOf(contents, 'registries')?.value : undefined;
  const pair = isBlockMap(registries) ? pairOf(registries, key) : undefined;
  const keyStart = pairStart(pair);
  const valueEnd = nodeEnd(pair?.value) ?? nodeEnd(pair?.key);
  if (pair === undefined || keyStart === undefined || valueEnd === undefined) return undefined;
  const start = text.lastIndexOf('\n', keyStart - 1) + 1;
  const indent = text.slice(start, keyStart);
  if (!/^ +$/.test(indent)) return undefined;
  const next = text.indexOf('\n', text.slice(0, valueEnd).trimEnd().length - 1);
  return { pair, start, end: next === -1 ? text.length : next + 1, indent };
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isScalar(item.key) && item.key.value === key);
}
