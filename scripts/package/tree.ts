// What is installed, in a folder laid out as below a prefix such as /usr: programs, man pages, completions, units, texts.
import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, lutimesSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeLauncher } from '../launcher.ts';
import { MAN_PAGES, manPages } from './man-pages.ts';
import { PACKAGE } from './targets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface TreeParts {
  /** The single executable. */
  readonly program: string;
  /**
   * The native client, whose program is `../lib/docker-credential-ecr-xacct/ecr-xacct`; where it cannot be compiled, undefined,
   * and a script stands in.
   */
  readonly client: string | undefined;
  /** Who starts the daemon at login. */
  readonly startedBy: 'systemd' | 'launchd';
  /** A program of this version that runs here, to print completions and the schema. */
  readonly runnable: string;
  readonly version: string;
  /** Epoch seconds, of everything in the tree. */
  readonly epoch: number;
  /** By name: the licences of what is bundled, and the bill of materials. */
  readonly texts: Readonly<Record<string, string>>;
}

const COMPLETIONS = {
  bash: 'share/bash-completion/completions/ecr-xacct',
  zsh: 'share/zsh/site-functions/_ecr-xacct',
  fish: 'share/fish/vendor_completions.d/ecr-xacct.fish',
};

/** The files that start the daemon, below the tree, and below packaging/. They have @BINDIR@ where the programs will be. */
const UNITS = {
  systemd: {
    'share/systemd/user/ecr-xacct.socket': 'systemd/ecr-xacct.socket',
    'share/systemd/user/ecr-xacct.service': 'systemd/ecr-xacct.service',
  },
  launchd: {
    'share/launchd/docker-credential-ecr-xacct.daemon.plist':
      'launchd/docker-credential-ecr-xacct.daemon.plist',
  },
};

/** Writes the tree. `folder` must not be there yet. */
export function stageTree(folder: string, parts: TreeParts): void {
  const { program, client, startedBy, runnable, version, epoch, texts } = parts;
  const print = (...args: string[]) => execFileSync(runnable, args, { encoding: 'utf8', env: {} });
  const add = (path: string, bytes: string | Buffer) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  const addProgram = (path: string, bytes: string | Buffer) => {
    add(path, bytes);
    chmodSync(join(folder, path), 0o755);
  };
  addProgram(`lib/${PACKAGE}/ecr-xacct`, readFileSync(program));
  addProgram(`bin/${PACKAGE}`, client === undefined ? treeLauncher(PACKAGE) : readFileSync(client));
  addProgram('bin/ecr-xacct', treeLauncher('ecr-xacct'));

  const own = (name: string) => readFileSync(join(root, name), 'utf8');
  const schema = print('config', 'schema');
  add(`share/${PACKAGE}/config.schema.json`, schema);
  for (const [page, text] of manPages({ version, epoch, schema, readme: own('README.md') })) {
    add(`share/man/man${page.at(-1)}/${page}`, text);
  }
  for (const [shell, path] of Object.entries(COMPLETIONS)) add(path, print('completion', shell));
  for (const [path, unit] of Object.entries(UNITS[startedBy])) add(path, own(`packaging/${unit}`));
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) add(`share/doc/${PACKAGE}/${name}`, own(name));
  for (const [name, text] of Object.entries(texts)) add(`share/doc/${PACKAGE}/${name}`, text);
  normalize(folder, epoch);
}

/** Modes that depend on no umask, and one time for everything. */
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

/** As Debian and RPM want their man pages and changelogs: compressed, without a name or a time. */
export function gzipInPlace(files: readonly string[]): void {
  execFileSync('gzip', ['-9n', ...files]);
}

/** Below the tree. */
export function manFiles(folder: string): string[] {
  return MAN_PAGES.map((page) => join(folder, 'share', 'man', `man${page.at(-1)}`, page));
}
