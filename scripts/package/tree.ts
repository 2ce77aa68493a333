// The tree that is installed below a prefix such as /usr: programs, man pages, completions, units, texts.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { muslLauncher, treeLauncher } from '../launcher.ts';
import { MAN_PAGES, manPages } from './man-pages.ts';
import { PACKAGE, PLUGIN } from './targets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface TreeParts {
  /** The single executable, or the script that starts the bundle. */
  readonly program: string;
  /** The folder of the bundle, if it is not in the program; then it runs on the system's Node. */
  readonly bundle?: string;
  /** The native client, or its replacement; its program is `../lib/docker-credential-ecr-xacct/ecr-xacct`. */
  readonly client: string;
  /** Files that start the daemon, if the user enables them. */
  readonly service: keyof typeof SERVICES;
  /** A program of this version that runs on this machine, to print completions. */
  readonly runnable: string;
  readonly version: string;
  /** Epoch seconds, for every file of the tree. */
  readonly epoch: number;
  /** By name: the licences of the bundled code, and the bill of materials. */
  readonly texts: Readonly<Record<string, string>>;
}

const COMPLETIONS = {
  bash: 'share/bash-completion/completions/ecr-xacct',
  zsh: 'share/zsh/site-functions/_ecr-xacct',
  fish: 'share/fish/vendor_completions.d/ecr-xacct.fish',
};

/** Files of packaging/, by folder below the prefix. */
const SERVICES = {
  systemd: {
    'share/systemd/user': ['systemd/ecr-xacct.socket', 'systemd/ecr-xacct.service'],
    // For Kubernetes nodes.
    'share/systemd/system': ['systemd/system/ecr-xacct.socket', 'systemd/system/ecr-xacct.service'],
  },
  launchd: { [`share/${PACKAGE}`]: ['launchd/ecr-xacct.daemon.plist'] },
};

/** Writes the tree. `folder` must not exist yet. Units and agents contain @BINDIR@ instead of the programs' folder. */
export function stageTree(folder: string, parts: TreeParts): void {
  const { program, bundle, client, service, runnable, version, epoch, texts } = parts;
  const print = (...args: string[]) => execFileSync(runnable, args, { encoding: 'utf8', env: {} });
  const add = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const addProgram = (path: string, from: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(from, join(folder, path));
    chmodSync(join(folder, path), 0o755);
  };
  const inTree = `lib/${PACKAGE}/bundle`;
  const addLauncher = (name: string) => {
    add(`bin/${name}`, bundle === undefined ? treeLauncher(name) : muslLauncher(name, `../${inTree}`));
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  addProgram(`lib/${PACKAGE}/ecr-xacct`, program);
  addProgram(`bin/${PACKAGE}`, client);
  const isScript = readFileSync(client).subarray(0, 2).toString() === '#!';
  if (isScript) addLauncher(PLUGIN);
  else symlinkSync(PACKAGE, join(folder, 'bin', PLUGIN));
  if (bundle !== undefined) cpSync(bundle, join(folder, inTree), { recursive: true });
  addLauncher('ecr-xacct');

  const own = (name: string) => readFileSync(join(root, name), 'utf8');
  add(`share/${PACKAGE}/config.schema.json`, schemaText());
  for (const [page, text] of manPages({ version, epoch })) {
    add(`share/man/man${page.at(-1)}/${page}`, text);
  }
  for (const [shell, path] of Object.entries(COMPLETIONS)) add(path, print('completion', shell));
  for (const [path, units] of Object.entries(SERVICES[service])) {
    for (const unit of units) add(`${path}/${basename(unit)}`, own(`packaging/${unit}`));
  }
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) add(`share/doc/${PACKAGE}/${name}`, own(name));
  for (const [name, text] of Object.entries(texts)) add(`share/doc/${PACKAGE}/${name}`, text);
  normalize(folder, epoch);
}

/** As printed by `ecr-xacct config schema`. */
export function schemaText(): string {
  return `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
}

/** Sets modes that do not depend on the umask, and one time for all files. */
export function normalize(folder: string, epoch: number): void {
  for (const path of ['', ...globSync('**', { cwd: folder, exclude: (name) => name === '.' })]
    .toSorted()
    .toReversed()) {
    const file = join(folder, path);
    const isProgram = (mode: number) => (mode & 0o100) !== 0;
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) chmodSync(file, stat.isDirectory() || isProgram(stat.mode) ? 0o755 : 0o644);
    lutimesSync(file, epoch, epoch);
  }
}

/** Debian and RPM want man pages and changelogs compressed, without a name or a time. */
export function gzipInPlace(files: readonly string[]): void {
  execFileSync('gzip', ['-9n', ...files]);
}

/** Relative to the tree. */
export function manFiles(folder: string): string[] {
  return MAN_PAGES.map((page) => join(folder, 'share', 'man', `man${page.at(-1)}`, page));
}
