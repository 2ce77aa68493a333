// Edits the text of Docker's config.json: sets or removes one value, and keeps every other byte.
import { applyEdits, type Edit, type Node } from 'jsonc-parser';
import { dockerConfigTree, membersAt } from '../../docker/docker-config.ts';

/** Names of members, from the outermost object inwards. */
export type JsonPath = readonly string[];

/** The style of the file. Docker itself indents with tabs and writes no line break at the end. */
interface Style {
  eol: string;
  indent: string;
}

/**
 * The text with a value at the path. Missing objects are added. A new member comes after the last one.
 * @throws XacctError `docker-config` if the text is not a config.json.
 */
export function setInDockerConfig(text: string, path: JsonPath, value: unknown, file: string): string {
  const root = dockerConfigTree(text, file);
  const style = styleOf(text);
  if (root === undefined) return `${print(nest(path, value), 0, style)}${style.eol}`;
  const existing = membersAt(root, path).at(-1);
  const edit =
    existing === undefined
      ? inserted(text, root, path, value, style)
      : replaced(existing.value, print(value, path.length, style));
  return applyEdits(text, [edit]);
}

/** The text without the member at the path, and without its duplicates; unchanged if there is none. */
export function deleteFromDockerConfig(text: string, path: JsonPath, file: string): string {
  const property = membersAt(dockerConfigTree(text, file), path).at(-1)?.property;
  const siblings = property?.parent?.children;
  if (property?.parent === undefined || siblings === undefined) return text;
  const index = siblings.indexOf(property);
  const [previous, next] = [siblings[index - 1], siblings[index + 1]];
  const rest =
    previous !== undefined
      ? cut(text, end(previous), end(property))
      : next !== undefined
        ? cut(text, property.offset, next.offset)
        : applyEdits(text, [replaced(property.parent, '{}')]);
  return deleteFromDockerConfig(rest, path, file);
}

/**
 * The text with a value at the path, or without the member if the value is undefined.
 * @throws XacctError `docker-config`
 */
export function putInDockerConfig(text: string, path: JsonPath, value: unknown, file: string): string {
  return value === undefined
    ? deleteFromDockerConfig(text, path, file)
    : setInDockerConfig(text, path, value, file);
}

/** The parsed value at the path; undefined if there is none. */
export function valueInDockerConfig(text: string, path: JsonPath, file: string): unknown {
  const root = dockerConfigTree(text, file);
  const node = path.length === 0 ? root : membersAt(root, path).at(-1)?.value;
  return node && JSON.parse(text.slice(node.offset, end(node)));
}

function inserted(text: string, root: Node, path: JsonPath, value: unknown, style: Style): Edit {
  let parent = root;
  let depth = 0;
  for (const index of path.slice(1).keys()) {
    const child = membersAt(root, path.slice(0, index + 1)).at(-1)?.value;
    if (child === undefined) break;
    // Docker treats null as missing.
    if (child.type !== 'object')
      return replaced(child, print(nest(path.slice(index + 1), value), index + 1, style));
    parent = child;
    depth = index + 1;
  }
  const [name = '', ...rest] = path.slice(depth);
  const member = nest(rest, value);
  const last = parent.children?.at(-1);
  if (last === undefined) return replaced(parent, print({ [name]: member }, depth, style));
  const content = text.slice(parent.offset + 1, last.offset);
  const gap = /\n[ \t]*$/.exec(content);
  const key = JSON.stringify(name);
  if (gap === null) {
    // The object is on one line: continue it with its spacing, `"a":1` or `"a": 1`.
    const space = /:\s$/.test(text.slice(last.offset, last.children?.[1]?.offset)) ? ' ' : '';
    return { offset: end(last), length: 0, content: `,${space}${key}:${space}${JSON.stringify(member)}` };
  }
  const lineBreak = `${style.eol}${gap[0].slice(1)}`;
  return { offset: end(last), length: 0, content: `,${lineBreak}${key}: ${print(member, depth + 1, style)}` };
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, name) => ({ [name]: inner }), value);
}

/** A value as JSON, `depth` objects deep. */
function print(value: unknown, depth: number, { eol, indent }: Style): string {
  return JSON.stringify(value, undefined, indent).replaceAll('\n', `${eol}${indent.repeat(depth)}`);
}

function styleOf(text: string): Style {
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    indent: /^\s*\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '\t',
  };
}

function replaced({ offset, length }: Node, content: string): Edit {
  return { offset, length, content };
}

function cut(text: string, from: number, to: number): string {
  return `${text.slice(0, from)}${text.slice(to)}`;
}

function end({ offset, length }: Node): number {
  return offset + length;
}
