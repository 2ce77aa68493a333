// Reads Docker's config.json (and podman's auth.json, which has the same form): its path, and its settings of helpers.
import { join, resolve } from 'node:path';
import type { Node } from 'jsonc-parser';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { jsonTree } from '../json-tree.ts';
import { withoutByteOrderMark } from '../os/file-cache.ts';

export interface DockerConfig {
  /** Hostname → the NAME of `docker-credential-NAME`. */
  credHelpers: ReadonlyMap<string, string>;
  /** The helper for every other host; undefined if logins are kept in the file itself. */
  credsStore: string | undefined;
  /**
   * Server URL, as written → whether its entry has a credential in plain text (a `credsStore` leaves an empty entry).
   */
  auths: ReadonlyMap<string, boolean>;
}

/** `$DOCKER_CONFIG/config.json`, or else `~/.docker/config.json`. Source: docker/cli, cli/config/config.go. */
export function dockerConfigPath(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return join(env.DOCKER_CONFIG ? resolve(env.DOCKER_CONFIG) : join(home, '.docker'), 'config.json');
}

/**
 * Parses a config.json as Docker does: strict JSON, or an empty file. `file`: its path, for messages.
 * @throws XacctError `docker-config`, whose message quotes nothing of the file.
 */
export function parseDockerConfig(text: string, file: string): DockerConfig {
  const root = dockerConfigTree(text, file);
  const textIn = ({ name, value: { type, value, offset } }: Member, where = '') => {
    if (type === 'string' || (type === 'null' && where === '')) return value ?? '';
    throw invalid(text, file, offset, `"${name}"${where} must be text`);
  };
  const [logins = [], helpers = []] = MAPS.map((map) => entriesOf(membersNamed(root, map)));
  const credsStore = membersNamed(root, 'credsStore').map((member) => textIn(member));
  return {
    credHelpers: new Map(helpers.map((entry) => [entry.name, textIn(entry, ' in credHelpers')])),
    // Docker ignores null, and reads an empty name as no helper.
    credsStore: credsStore.at(-1) || undefined,
    auths: new Map(logins.map(({ name, value }) => [name, !isEmpty(value)])),
  };
}

/**
 * The syntax tree of a config.json; undefined for an empty file, which Docker reads as `{}`.
 * @throws XacctError `docker-config`
 */
export function dockerConfigTree(text: string, file: string): Node | undefined {
  if (text.startsWith('\uFEFF')) {
    // Docker's error: "invalid character 'ï' looking for beginning of value".
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
  for (const { name, value } of MAPS.flatMap((map) => membersNamed(root, map))) {
    if (!['object', 'null'].includes(value.type)) {
      throw invalid(text, file, value.offset, `"${name}" must be an object`);
    }
  }
  return root;
}

/** Docker merges duplicate members, so an edit of one of them would not be what Docker reads. */
function refuseDuplicates(root: Node, text: string, file: string): void {
  const maps = MAPS.flatMap((map) => membersNamed(root, map)).map(({ value }) => value);
  for (const object of [root, ...maps]) {
    const seen = new Set<string>();
    for (const { name, property } of membersOf(object)) {
      if (seen.has(name))
        throw invalid(text, file, property.offset, `"${name}" is there twice; keep one of them`);
      seen.add(name);
    }
  }
}

/** A member of an object: its name as written, its value, and the node of both. */
export interface Member {
  name: string;
  value: Node;
  property: Node;
}

/** In the order of the file; empty if the node is not an object. */
function membersOf(object: Node | undefined): Member[] {
  if (object?.type !== 'object') return [];
  return (object.children ?? []).flatMap((property): Member[] => {
    const [key, value] = property.children ?? [];
    return key === undefined || value === undefined ? [] : [{ name: String(key.value), value, property }];
  });
}

const MAPS = ['auths', 'credHelpers'];
/** Docker's own settings, with their names in any case. */
const SETTINGS = [...MAPS, 'credsStore'].map((name) => ({ name, pattern: new RegExp(`^${name}$`, 'iu') }));

function settingOf(name: string): string {
  return SETTINGS.find(({ pattern }) => pattern.test(name))?.name ?? name;
}

/**
 * The members that Docker reads under this name, in the order of the file: the last one wins. Members that are maps are
 * merged, starting at the last null. For other members, Docker ignores null.
 * Source: https://pkg.go.dev/encoding/json#Unmarshal (names in any case; the rules for null).
 */
function membersNamed(root: Node | undefined, name: string): Member[] {
  const setting = settingOf(name);
  const all = membersOf(root).filter((member) => settingOf(member.name) === setting);
  if (MAPS.includes(setting)) {
    return all.slice(
      Math.max(
        0,
        all.findLastIndex(({ value }) => value.type === 'null'),
      ),
    );
  }
  const said = all.filter(({ value }) => value.type !== 'null');
  return said.length === 0 ? all : said;
}

/** The members at a path of names, from the outermost object to the innermost: the last one wins. */
export function membersAt(root: Node | undefined, [name = '', ...names]: readonly string[]): Member[] {
  return names.reduce(
    (members, inner) => entriesOf(members).filter((entry) => entry.name === inner),
    membersNamed(root, name),
  );
}

function entriesOf(maps: readonly Member[]): Member[] {
  return maps.flatMap(({ value }) => membersOf(value));
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
