// Lists the third-party code in a package, by esbuild's reports of the bundle, with each licence.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import type { Target } from './targets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Component {
  readonly name: string;
  /** Undefined for musl, which comes from the machine that builds. */
  readonly version: string | undefined;
  /** Undefined for code that is not from npm. */
  readonly registry: 'npm' | undefined;
  /** An SPDX identifier; undefined if there are many, as in Node, whose text names them. */
  readonly licence: string | undefined;
  /** The texts that must be included: licence and notices. */
  readonly texts: readonly string[];
  /** The hash of its archive, from package-lock.json. */
  readonly integrity: string | undefined;
}

/** Licences that allow distribution if their text is included. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/** The licence texts of npm packages that contain none, and of code that is not from npm. */
const KEPT = join(root, 'packaging', 'licences');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string } | undefined>
  >;
}

/**
 * `target`: the target of the included Node; undefined if there is none. `isClientStatic`: whether musl is included.
 * @throws Error if a licence is not allowed, or its text is missing.
 */
export function thirdParty(
  metafiles: readonly Metafile[],
  { target, isClientStatic }: { target: Target | undefined; isClientStatic: boolean },
): Component[] {
  const inputs = metafiles.flatMap((report) => Object.keys(report.inputs));
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  const components = [...folders].map((folder) => npmComponent(folder, lockfile));
  if (target !== undefined) components.push(nodeComponent(target, lockfile));
  if (isClientStatic) components.push(muslComponent());
  return components.toSorted((a, b) => compare(key(a), key(b)));
}

function key({ name, version }: Component): string {
  return `${name}@${version}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The innermost package, because packages can be nested. */
function packageFolder(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

function npmComponent(folder: string, { packages }: Lockfile): Component {
  const { name, version, license } = manifest(folder);
  if (license === undefined || !ALLOWED.has(license)) {
    throw new Error(
      `${name} ${version} is in the bundle under ${license}: is that allowed? scripts/package/third-party.ts`,
    );
  }
  const texts = textsIn(join(root, folder));
  if (texts.length === 0) texts.push(keptText(name, license));
  return { name, version, registry: 'npm', licence: license, texts, integrity: packages[folder]?.integrity };
}

function nodeComponent({ nodePackage }: Target, { packages }: Lockfile): Component {
  // npm installs only the one for this machine; the text is the same for all.
  const installed = readdirSync(join(root, 'node_modules')).find((name) =>
    /^node-(?:bin-)?\w+-(?:x64|arm64)$/.test(name),
  );
  const texts = installed === undefined ? [] : textsIn(join(root, 'node_modules', installed));
  if (texts.length === 0)
    throw new Error('no npm package of Node is installed whose LICENSE could be taken: npm ci');
  const { version, integrity } = packages[`node_modules/${nodePackage}`] ?? {};
  return {
    name: nodePackage,
    version,
    registry: 'npm',
    licence: undefined,
    texts,
    integrity,
  };
}

function muslComponent(): Component {
  const texts = [readFileSync(join(KEPT, 'musl.txt'), 'utf8')];
  return {
    name: 'musl',
    version: undefined,
    registry: undefined,
    licence: 'MIT',
    texts,
    integrity: undefined,
  };
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

function textsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^(?:licen[cs]e|notice|copying)\b/i.test(name));
  return names.toSorted().map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** The Apache License names no copyright holder, so its text is the same for all. */
function keptText(name: string, licence: string): string {
  const kept = join(KEPT, `${name.replace('/', '+')}.txt`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  if (licence === 'Apache-2.0') return readFileSync(join(root, 'LICENSE'), 'utf8');
  throw new Error(`${name} is in the bundle without the text of its licence; put it into ${kept}`);
}

/** One text: each licence once, below the names of what it covers. */
export function licenceTexts(components: readonly Component[]): string {
  const owners = new Map<string, string[]>();
  for (const component of components) {
    for (const text of component.texts) {
      const one = text
        .replaceAll('\r\n', '\n')
        .replaceAll(/[ \t]+$/gm, '')
        .trim();
      const of = `${component.name}${component.version === undefined ? '' : ` ${component.version}`}`;
      owners.set(one, [...(owners.get(one) ?? []), of]);
    }
  }
  const rule = '-'.repeat(78);
  const parts = [...owners].map(([text, of]) => `${rule}\n${of.join('\n')}\n${rule}\n\n${text}\n`);
  return `ecr-xacct has these programs and libraries of others inside, under the licences below.\n\n${parts.join('\n')}`;
}
