// Locates a mistake in config.yaml and describes it: `FILE:LINE:COLUMN: what is wrong`, and what to write instead.
import { type Document, isMap, isNode, isScalar, visit, type YAMLMap } from 'yaml';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { nearest } from '../nearest.ts';
import { nearMiss, nearMissText } from '../registry/near-miss.ts';
import { regionMeant } from '../registry/region-names.ts';
import { configSchema, ruleShape } from './schema.ts';

/** `FILE:LINE:COLUMN` of an offset in the text. */
export type Place = (offset: number) => string;

/** The parts of a zod issue that are reported. */
export interface Issue {
  code: string;
  message: string;
  path: readonly PropertyKey[];
  keys?: readonly string[];
  issues?: readonly { message: string }[];
}

export function invalid(place: string, message: string, cause?: unknown): XacctError {
  return new XacctError('config-invalid', `${place}: ${message}`, {
    hint: { run: command`$EDITOR ${place.replace(/:\d+:\d+$/, '')}` },
    cause,
  });
}

/** The text to check, and how many faults to find. */
interface Search {
  text: string;
  place: Place;
  /** The search stops after this many: each takes time, and most callers report only the first. */
  most: number;
}

/** The faults that the YAML library found. */
export function yamlFaults(document: Document, { text, place, most }: Search): XacctError[] {
  const faults = [...document.errors, ...document.warnings].slice(0, most);
  if (faults.length === 0) return [];
  const unquoted = /^[ \t]*(\*[^\s:"']+)[ \t]*:/m.exec(text);
  if (unquoted !== null) {
    // YAML reads it as an alias, and reports a different error further down.
    const at = unquoted.index + unquoted[0].indexOf('*');
    return [invalid(place(at), `a key that begins with * must be quoted: "${unquoted[1]}"`)];
  }
  return faults.map(({ pos, code, message }) => invalid(place(pos[0]), yamlMessage(code, message)));
}

function yamlMessage(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab: indent with spaces';
  return `not valid YAML: ${message}`;
}

/** Duplicate keys, and keys that would be lost in plain objects. */
export function keyFaults(document: Document, { place, most }: Search): XacctError[] {
  const faults: XacctError[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
        if (!isScalar(key)) faults.push(invalid(place(offset), 'a key must be plain text'));
        else if (key.value === '__proto__') {
          faults.push(invalid(place(offset), `unknown key "${key.value}"`));
        } else if (seen.has(key.value)) {
          faults.push(invalid(place(offset), 'this key is there twice; keep one of them'));
        } else seen.add(key.value);
        if (faults.length >= most) return visit.BREAK;
      }
      return undefined;
    },
  });
  return faults;
}

/** The file's values, and where they are in the text. */
interface Shaped {
  offsetOf: OffsetOf;
  place: Place;
  most: number;
  /** The whole file. */
  plain: unknown;
}

/** The faults that the schema found. */
export function issueFaults(issue: Issue, { offsetOf, place, most, plain }: Shaped): XacctError[] {
  const at = (path: readonly PropertyKey[]) => place(offsetOf(path));
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? [])
      .slice(0, most)
      .map((key) => invalid(at([...issue.path, key]), unknownKey(key, issue.path.length)));
  }
  const last = String(issue.path.at(-1));
  const name = issue.path.length === 0 ? 'the file' : `"${last}"`;
  const message = (issue.code === 'invalid_key' ? issue.issues?.[0]?.message : undefined) ?? issue.message;
  const mistyped =
    issue.code === 'invalid_key' ? mistypedHostname(last) : mistypedValue(last, valueAt(plain, issue.path));
  return [invalid(at(issue.path), `${name} ${mistyped ?? message}`)];
}

function unknownKey(key: string, depth: number): string {
  const known = Object.keys((depth === 0 ? configSchema : ruleShape).shape);
  const meant = keyMeant(key, known);
  const all = `known keys: ${known.join(', ')}`;
  return meant === undefined
    ? `unknown key "${key}"; ${all}`
    : `unknown key "${key}"; did you mean ${meant}? ${all}`;
}

/** The key of another spelling (`roleArn`), or the only key that begins with it (`source`). */
function keyMeant(key: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase();
  const longer = known.filter((other) => key.length > 3 && plain(other).startsWith(plain(key)));
  return nearest(key, known) ?? (longer.length === 1 ? longer[0] : undefined);
}

/** What exactly is wrong with a hostname or a pattern. */
function mistypedHostname(key: string): string | undefined {
  const near = nearMiss(key.toLowerCase());
  return near && `matches no registry of ECR: ${nearMissText(near)}`;
}

/** What exactly is wrong with an account, a region or a hostname in a value. */
function mistypedValue(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  switch (key) {
    case 'role_arn': {
      const [, account = ''] = /^arn:aws(?:-[a-z]+)*:iam::(\d+):role\//.exec(value) ?? [];
      if (account === '' || account.length === 12) return undefined;
      return `must be the ARN of an IAM role: its account ${account} has ${account.length} digits, not 12`;
    }
    case 'region': {
      const meant = regionMeant(value);
      return meant && `must be an AWS region: "${value}" is none; did you mean ${meant}?`;
    }
    case 'registry': {
      const near = nearMiss(value.toLowerCase());
      return near && `must be an ECR hostname: ${nearMissText(near)}`;
    }
    default:
      return undefined;
  }
}

function valueAt(plain: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return Object.entries(value).find(([name]) => name === String(step))?.[1];
  }, plain);
}

/** The offset of the last key of the path; of its nearest parent if the key is absent. */
export type OffsetOf = (path: readonly PropertyKey[]) => number;

/** Searches each map once, for any number of keys. */
export function offsetsIn({ contents }: Document): OffsetOf {
  const indexes = new Map<YAMLMap, ReadonlyMap<string, YAMLMap['items'][number]>>();
  const indexOf = (map: YAMLMap) => {
    const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyText(pair.key), pair]));
    indexes.set(map, index);
    return index;
  };
  return (path) => {
    let node: unknown = contents;
    let offset = contents?.range?.[0] ?? 0;
    for (const step of path) {
      const pair = isMap(node) ? indexOf(node).get(String(step)) : undefined;
      if (!isScalar(pair?.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    }
    return offset;
  };
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}
