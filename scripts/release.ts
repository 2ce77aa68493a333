// Builds everything that is published, from a clean checkout: the packages of all targets, Homebrew's formula, Scoop's
// manifest, the npm package and checksums.
//
// usage: npm run release -- --base-url URL [--output FOLDER] [--packages FOLDER] [--tag TAG] [--repositories URL --key KEY]
//          [--answers FILE]
//   --base-url      the URL from which the files will be downloaded, without a slash at the end
//   --output        the folder of the files; default: release, which must be empty
//   --packages      a folder with the packages of all targets, made by `npm run package`; default: builds them
//   --tag           fail if this is not the tag of the version: v1.2.3
//   --repositories  the URL of the repositories for apt and dnf; they are made in `repositories` in the output
//   --key           the key, in gpg's keyring, that signs them and the .rpm
//   --answers       a file with npm's answers on each target's Node, as for check-updates; default: ask npm's registry
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changelogEntry } from './changelog.ts';
import { currentNodeStates } from './check-updates.ts';
import { buildAptRepository } from './package/apt-repository.ts';
import { sourceDateEpoch } from './package/epoch.ts';
import type { Signer } from './package/gpg.ts';
import { blockers, type NodeState, nodeNotes } from './package/node-updates.ts';
import { packageNames, packageTarget } from './package/package-target.ts';
import { buildRpmRepository, signRpms } from './package/rpm-repository.ts';
import { filledTemplate } from './package/system-tree.ts';
import { nativeTarget, TARGETS } from './package/targets.ts';
import { HOMEPAGE, VERSION } from './project.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OPTIONS = {
  'base-url': { type: 'string' },
  output: { type: 'string', default: 'release' },
  packages: { type: 'string' },
  tag: { type: 'string' },
  repositories: { type: 'string' },
  key: { type: 'string' },
  answers: { type: 'string' },
} as const;

const URL_WITHOUT_SLASH = /^https:\/\/[^\s"]+[^\s"/]$/;

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @throws Error if the checkout has changes that are not committed. */
export function checkCleanTree(folder: string): void {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' });
  if (changes !== '') {
    throw new Error(
      `the checkout has changes that are not committed; commit them, or run: git stash\n${changes}`,
    );
  }
}

/** @throws Error if the Node of a package lacks a security fix that npm has for it. */
export function checkNodes(states: readonly NodeState[]): void {
  const lines = blockers(states);
  if (lines.length > 0) throw new Error(lines.join('\n'));
}

/** Fills in the templates of Homebrew and Scoop: @LINUXX64@ is a file name, @LINUXX64SHA256@ its hash. */
export function manifests(baseUrl: string, version: string, files: readonly string[]): Map<string, string> {
  const values: Record<string, string> = { BASEURL: baseUrl, HOMEPAGE, VERSION: version };
  for (const { name } of Object.values(TARGETS)) {
    const file = files.find((path) => path.endsWith(`-${name}.tar.gz`) || path.endsWith(`-${name}.zip`));
    if (file === undefined) throw new Error(`there is no archive of ${name}`);
    const key = name.replace('-', '').toUpperCase();
    values[key] = basename(file);
    values[`${key}SHA256`] = sha256(file);
  }
  return new Map(
    ['homebrew/docker-credential-ecr-xacct.rb', 'scoop/docker-credential-ecr-xacct.json'].map((path) => [
      basename(path),
      filledTemplate(`${path}.in`, values),
    ]),
  );
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

/** @throws Error for a pre-release: dpkg orders 1.2.0-rc.1 after 1.2.0, and an RPM version has no hyphen. */
export function checkVersion(version: string): void {
  if (/^\d+\.\d+\.\d+$/.test(version)) return;
  throw new Error(`package.json's version is ${version}; a release has three numbers, such as 1.2.0`);
}

/** @throws Error if the tag is not the version's. */
export function checkTag(tag: string, version: string): void {
  if (tag === `v${version}`) return;
  throw new Error(`the tag ${tag} is not that of package.json's version; the tag is v${version}`);
}

/** Copies the packages of all targets. @returns their paths. @throws Error if one is missing. */
export function collectPackages(from: string, output: string, version: string): string[] {
  const names = Object.values(TARGETS).flatMap((target) => packageNames(target, version));
  const missing = names.filter((name) => !existsSync(join(from, name)));
  if (missing.length > 0) throw new Error(`${from} lacks ${missing.join(', ')}`);
  return names.map((name) => {
    copyFileSync(join(from, name), join(output, name));
    return join(output, name);
  });
}

async function buildPackages(output: string): Promise<string[]> {
  const options = { output, version: VERSION, epoch: sourceDateEpoch(process.env) };
  const files: string[] = [];
  for (const target of Object.values(TARGETS)) files.push(...(await packageTarget(target, options)));
  return files;
}

/**
 * Makes the repositories for apt and dnf. Signs the .rpm first, because that changes the file. @throws Error from the
 * tools.
 */
function buildRepositories(files: readonly string[], folder: string, url: string, signer: Signer): void {
  const ofKind = (ending: string) => files.filter((file) => file.endsWith(ending));
  signRpms(ofKind('.rpm'), signer);
  for (const [name, ending, build] of [
    ['apt', '.deb', buildAptRepository],
    ['rpm', '.rpm', buildRpmRepository],
  ] as const) {
    build({ packages: ofKind(ending), folder: join(folder, name), url: `${url}/${name}`, signer });
  }
}

/** @throws Error with what to write instead. */
function parseOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  const { 'base-url': baseUrl, repositories, key } = values;
  if (baseUrl === undefined || !URL_WITHOUT_SLASH.test(baseUrl)) {
    throw new Error(
      '--base-url is needed: where the files will be downloaded from, such as https://downloads.example/1.2.0',
    );
  }
  if (repositories !== undefined && !URL_WITHOUT_SLASH.test(repositories)) {
    throw new Error('--repositories is no URL without a slash at the end, such as https://packages.example');
  }
  if ((repositories === undefined) !== (key === undefined)) {
    throw new Error(
      '--repositories and --key belong together: apt and dnf install nothing that is not signed',
    );
  }
  return { ...values, baseUrl, output: resolve(values.output) };
}

async function run(): Promise<void> {
  const { baseUrl, output, packages, tag, repositories, key, answers } = parseOptions();
  if (existsSync(output) && readdirSync(output).length > 0) {
    throw new Error(`${output} is not empty; remove it, or name another folder with --output`);
  }
  checkVersion(VERSION);
  if (tag !== undefined) checkTag(tag, VERSION);
  checkCleanTree(root);
  const { date, text } = changelogEntry(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), VERSION);
  const states = currentNodeStates(answers);
  checkNodes(states);
  console.log(`Version ${VERSION} of ${date}`);
  mkdirSync(output, { recursive: true });
  const files =
    packages === undefined ? await buildPackages(output) : collectPackages(packages, output, VERSION);
  if (repositories !== undefined && key !== undefined) {
    const home = process.env.GNUPGHOME ?? join(homedir(), '.gnupg');
    buildRepositories(files, join(output, 'repositories'), repositories, { home, key });
  }
  for (const [name, text] of manifests(baseUrl, VERSION, files)) {
    writeFileSync(join(output, name), text);
    files.push(join(output, name));
  }
  files.push(packNpm(output));
  const notes = join(output, 'RELEASE-NOTES.md');
  writeFileSync(notes, `${text}\n\n${nodeNotes(states)}`);
  files.push(notes);
  writeFileSync(join(output, 'SHA256SUMS'), checksums(files));
  report(files);
}

function report(files: readonly string[]): void {
  for (const file of files)
    console.log(`${(statSync(file).size / 1e3).toFixed(0).padStart(7)} kB  ${basename(file)}`);
  if (URL.parse(HOMEPAGE)?.hostname.endsWith('.invalid')) {
    console.log(
      'The homepage is a placeholder. Before this is published, set in package.json: author, homepage, repository, bugs.',
    );
  }
  const native = nativeTarget(process.platform, process.arch)?.name;
  const foreign = Object.keys(TARGETS).filter((name) => name !== native);
  console.log(`Not run on this machine: ${foreign.join(', ')}.`);
  if (process.platform !== 'darwin') {
    console.log(
      'The macOS packages are not signed, because only a Mac has codesign. Apple silicon does not start unsigned programs. The install script and Homebrew sign the program there; to do it yourself, run: codesign --force --sign - lib/docker-credential-ecr-xacct/ecr-xacct',
    );
  }
}

if (import.meta.main) {
  run().catch((error: Error) => {
    console.error(`release: ${error.message}`);
    process.exitCode = 1;
  });
}
