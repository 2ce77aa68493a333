// Builds everything that is published, from a clean checkout: packages of all targets, Homebrew's formula, Scoop's manifest,
// the npm package, checksums.
//
// usage: npm run release [-- --base-url URL] [--output FOLDER] [--target TARGET]…
//   --base-url  where the files will be downloaded from: Homebrew's formula and Scoop's manifest say it, and are not made without
//   --output    where they go; default: release, which must be empty
//   --target    linux-x64, linux-arm64, darwin-arm64 or win-x64; default: all of them
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from './bundle.ts';
import { changelogEntry } from './changelog.ts';
import { sourceDateEpoch } from './package/epoch.ts';
import { packageTarget } from './package/package-target.ts';
import { filledTemplate } from './package/system-tree.ts';
import { nativeTarget, TARGETS, type Target, type TargetName } from './package/targets.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OPTIONS = {
  'base-url': { type: 'string' },
  output: { type: 'string', default: 'release' },
  target: { type: 'string', multiple: true, default: Object.keys(TARGETS) },
} as const;

/** By the archives that each is made of. */
const MANIFESTS: Readonly<Record<string, readonly TargetName[]>> = {
  'homebrew/docker-credential-ecr-xacct.rb': ['darwin-arm64', 'linux-x64', 'linux-arm64'],
  'scoop/docker-credential-ecr-xacct.json': ['win-x64'],
};

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @throws Error where what would be built is not what is committed. */
export function checkCleanTree(folder: string): void {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' });
  if (changes !== '') {
    throw new Error(
      `the checkout has changes that are not committed; commit them, or run: git stash\n${changes}`,
    );
  }
}

/**
 * The manifests of package managers that download, by name; only those whose archives are all among the files. In their
 * templates, @LINUXX64@ is a file's name, @LINUXX64SHA256@ its hash.
 */
export function manifests(baseUrl: string, version: string, files: readonly string[]): Map<string, string> {
  const values: Record<string, string> = { BASEURL: baseUrl.replace(/\/+$/, ''), VERSION: version };
  const archives = new Set<TargetName>();
  for (const { name } of Object.values(TARGETS)) {
    const file = files.find((path) => path.endsWith(`-${name}.tar.gz`) || path.endsWith(`-${name}.zip`));
    if (file === undefined) continue;
    archives.add(name);
    const key = name.replace('-', '').toUpperCase();
    values[key] = basename(file);
    values[`${key}SHA256`] = sha256(file);
  }
  const complete = Object.entries(MANIFESTS).filter(([, needed]) =>
    needed.every((name) => archives.has(name)),
  );
  return new Map(complete.map(([path]) => [basename(path), filledTemplate(`${path}.in`, values)]));
}

/** In the format of `sha256sum -c`. */
export function checksums(files: readonly string[]): string {
  const lines = files.map((file) => `${sha256(file)}  ${basename(file)}\n`);
  return lines.toSorted((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}

function packNpm(output: string): string {
  const args = ['pack', '--silent', '--pack-destination', output];
  const name = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return join(output, name.trim().split('\n').at(-1) ?? '');
}

class UsageError extends Error {}

interface Wanted {
  readonly targets: readonly Target[];
  /** Absolute. */
  readonly output: string;
  readonly baseUrl: string | undefined;
}

function parse(args: string[]): Wanted {
  try {
    const { 'base-url': baseUrl, output, target: names } = parseArgs({ args, options: OPTIONS }).values;
    const unknown = names.find((name) => !Object.hasOwn(TARGETS, name));
    if (unknown !== undefined) {
      throw new Error(`--target ${unknown}: it must be one of ${Object.keys(TARGETS).join(', ')}`);
    }
    if (baseUrl !== undefined && !/^https:\/\/[^\s"\\#?@]+$/.test(baseUrl)) {
      throw new Error(`--base-url ${baseUrl}: it must be like https://downloads.example/1.2.0`);
    }
    if (existsSync(output) && readdirSync(output).length > 0) {
      throw new Error(`--output ${output}: it is not empty; remove it, or name another folder`);
    }
    const targets = Object.values(TARGETS).filter(({ name }) => names.includes(name));
    return { targets, output: resolve(output), baseUrl };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(args: string[]): Promise<void> {
  const { targets, output, baseUrl } = parse(args);
  checkCleanTree(root);
  const { date } = changelogEntry(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), VERSION);
  console.log(`Version ${VERSION} of ${date}`);
  mkdirSync(output, { recursive: true });
  const options = { output, version: VERSION, epoch: sourceDateEpoch(process.env) };
  const files: string[] = [];
  for (const target of targets) files.push(...(await packageTarget(target, options)));
  for (const [name, text] of baseUrl === undefined ? [] : manifests(baseUrl, VERSION, files)) {
    writeFileSync(join(output, name), text);
    files.push(join(output, name));
  }
  files.push(packNpm(output));
  writeFileSync(join(output, 'SHA256SUMS'), checksums(files));
  report(files, targets);
  if (baseUrl === undefined) console.log('No --base-url: neither a Homebrew formula nor a Scoop manifest.');
}

function report(files: readonly string[], targets: readonly Target[]): void {
  for (const file of files)
    console.log(`${(statSync(file).size / 1e6).toFixed(1).padStart(7)} MB  ${basename(file)}`);
  const native = nativeTarget(process.platform, process.arch)?.name;
  const foreign = targets.map(({ name }) => name).filter((name) => name !== native);
  if (foreign.length > 0) console.log(`Built here, and not run here: ${foreign.join(', ')}.`);
  if (foreign.includes('darwin-arm64') && process.platform !== 'darwin') {
    console.log(
      'darwin-arm64 is not signed, because codesign is on a Mac alone, and macOS starts nothing unsigned. Its installer and Homebrew sign it there; by hand: codesign --force --sign - lib/docker-credential-ecr-xacct/ecr-xacct',
    );
  }
}

if (import.meta.main) {
  run(process.argv.slice(2)).catch((error: Error) => {
    console.error(`release: ${error.message}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}
