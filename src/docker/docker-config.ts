// Docker's config.json (and podman's auth.json, which has the same shape): where it is, and what of it concerns helpers.
import { join, resolve } from 'node:path';
import type { Node } from 'jsonc-parser';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { jsonTree } from '../json-tree.ts';
import { withoutByteOrderMark } from '../os/file-cache.ts';

export interface DockerConfig {
  /** Hostname → the NAME of `docker-credential-NAME`. */
  credHelpers: ReadonlyMap<string, string>;
  /** The helper for every other host; undefined where logins are kept in the file itself. */
  credsStore: string | undefined;
  /** Server URL, as written → whether a credential stands there in plain text (a `credsStore` leaves an empty entry). */
  auths: ReadonlyMap<string, boolean>;
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. Source: docker/cli, cli/config/config.go. */
export function dockerConfigPath(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return join(env.DOCKER_CONFIG ? resolve(env.DOCKER_CONFIG) : join(home, '.docker'), 'config.json');
}

/**
 * Reads the text of a config.json as Docker does: strict JSON, or nothing at all. `file` is its path, for messages.
 * @throws XacctError `docker-config`, whose message quotes nothing of the file.
 */
export function parseDockerConfig(text: string, file: string): DockerConfig {
  const root = dockerConfigTree(text, file);
  const stringsOf = (name: string) =>
    entries(member(root, name), name, text, file).map(([key, { type, value, offset }]): [string, string] => {
      if (type !== 'string') throw invalid(text, file, offset, `"${key}" in ${name} must be text`);
      return [key, value];
    });
  const credsStore = member(root, 'credsStore');
  if (credsStore !== undefined && !['string', 'null'].includes(credsStore.type)) {
    throw invalid(text, file, credsStore.offset, '"credsStore" must be text');
  }
  return {
    credHelpers: new Map(stringsOf('credHelpers')),
    credsStore: credsStore?.value || undefined,
    auths: new Map(
      entries(member(root, 'auths'), 'auths', text, file).map(([key, node]) => [key, !isEmpty(node)]),
    ),
  };
}

/**
 * The syntax tree of a config.json; undefined for an empty file, which Docker takes for `{}`.
 * @throws XacctError `docker-config`
 */
export function dockerConfigTree(text: string, file: string): Node | undefined {
  if (text.startsWith('\uFEFF')) {
    // Docker: "invalid character 'ï' looking for beginning of value".
    throw new XacctError('docker-config', `${file} begins with a byte order mark, which Docker cannot read`, {
      hint: withoutByteOrderMark(file),
    });
  }
  if (text.trim() === '') return undefined;
  const { root, fault } = jsonTree(text);
  if (fault !== undefined) {
    throw invalid(text, file, fault.offset, fault.message);
  }
  if (root?.type !== 'object') throw invalid(text, file, root?.offset ?? 0, 'not a JSON object');
  refuseDuplicates(root, text, file);
  for (const name of ['auths', 'credHelpers']) entries(member(root, name), name, text, file);
  return root;
}

/** Docker merges what stands twice; an edit of one of the two would not be what it reads. */
function refuseDuplicates(root: Node, text: string, file: string): void {
  for (const object of [root, member(root, 'auths'), member(root, 'credHelpers')]) {
    const seen = new Set<string>();
    for (const { children, offset } of object?.children ?? []) {
      const key = String(children?.[0]?.value);
      if (seen.has(key)) throw invalid(text, file, offset, `"${key}" stands twice; keep one of them`);
      seen.add(key);
    }
  }
}

/** The value of a member of an object. */
function member(object: Node | undefined, name: string): Node | undefined {
  return object?.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function entries(node: Node | undefined, name: string, text: string, file: string): [string, Node][] {
  if (node === undefined || node.type === 'null') return [];
  if (node.type !== 'object') throw invalid(text, file, node.offset, `"${name}" must be an object`);
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }): [string, Node][] =>
    key === undefined || value === undefined ? [] : [[String(key.value), value]],
  );
}

function isEmpty({ type, children = [] }: Node): boolean {
  return type === 'null' || (type === 'object' && children.length === 0);
}

function invalid(text: string, file: string, offset: number, message: string): XacctError {
  const before = text.slice(0, offset).split('\n');
  const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  return new XacctError('docker-config', `${place}: ${message}`, {
    hint: { run: command`$EDITOR ${file}` },
  });
}
