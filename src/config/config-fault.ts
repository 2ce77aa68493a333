// Where in config.yaml a mistake is, and how it is told: `FILE:LINE:COLUMN: what is wrong`, and what to write instead.
import { type Document, isMap, isNode, isPair, isScalar, type Node, visit } from 'yaml';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { configSchema, ruleShape } from './schema.ts';

/** `FILE:LINE:COLUMN` of an offset in the text. */
export type Place = (offset: number) => string;

/** An issue of zod's, as far as it is told. */
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

/** What the YAML library found. */
export function yamlFaults(document: Document, text: string, place: Place): XacctError[] {
  const faults = [...document.errors, ...document.warnings];
  if (faults.length === 0) return [];
  const unquoted = /^[ \t]*(\*[^\s:"']+)[ \t]*:/m.exec(text);
  if (unquoted !== null) {
    // YAML takes it for an alias, and complains about something else further down.
    const at = unquoted.index + unquoted[0].indexOf('*');
    return [invalid(place(at), `a key that begins with * must be quoted: "${unquoted[1]}"`)];
  }
  return faults.map(({ pos, code, message }) => invalid(place(pos[0]), yamlMessage(code, message)));
}

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice; keep one of them';
  if (code === 'TAB_AS_INDENT') return 'a tab; indent with spaces';
  return `not valid YAML: ${message}`;
}

/** Keys that would be lost on the way into plain objects. */
export function oddKeyFaults(document: Document, place: Place): XacctError[] {
  const faults: XacctError[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return;
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      const message = isScalar(key) ? `unknown key "${key.value}"` : 'a key must be plain text';
      faults.push(invalid(place(offset), message));
    },
  });
  return faults;
}

/** What the schema found. */
export function issueFaults(issue: Issue, root: Node | null, place: Place): XacctError[] {
  const at = (path: readonly PropertyKey[]) => place(keyOffset(root, path));
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) =>
      invalid(at([...issue.path, key]), `unknown key "${key}"; known keys: ${knownKeys(issue.path.length)}`),
    );
  }
  const name = issue.path.length === 0 ? 'the file' : `"${String(issue.path.at(-1))}"`;
  const message = (issue.code === 'invalid_key' ? issue.issues?.[0]?.message : undefined) ?? issue.message;
  return [invalid(at(issue.path), `${name} ${message}`)];
}

function knownKeys(depth: number): string {
  const { shape } = depth === 0 ? configSchema : ruleShape;
  return Object.keys(shape).join(', ');
}

/** The offset of the key (or, in a list, of the value) that the path ends in; of its nearest parent where it is absent. */
export function keyOffset(root: Node | null, path: readonly PropertyKey[]): number {
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
