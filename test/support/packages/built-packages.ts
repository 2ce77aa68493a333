// The packages of this source: built once, shared by all test files, and kept until the source changes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from 'proper-lockfile';
import { buildDeb } from '../../../scripts/package/deb.ts';
import { packageTarget, packageTree } from '../../../scripts/package/package-target.ts';
import { TARGETS } from '../../../scripts/package/targets.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const CACHE = join(root, 'node_modules', '.cache', 'test-packages');
/** The sources of a package. */
const SOURCES = [
  'src/**',
  'scripts/**',
  'packaging/**',
  'package-lock.json',
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];
/** Milliseconds. A build takes a minute. If a process was killed during a build, the others wait this long. */
const STALE = 240_000;
const LOCK = { stale: STALE, retries: { retries: 400, factor: 1, minTimeout: 1_000 } };

/** The packages' version; `older` is the version before, for upgrades. */
export const versions = { current: '1.2.3', older: '1.2.2' };
/** Epoch seconds. */
export const epoch = 1_700_000_000;
export const target = TARGETS['linux-x64'];

export interface BuiltPackages {
  readonly tree: string;
  readonly tarball: string;
  /** For systems with musl, such as Alpine. */
  readonly muslTarball: string;
  readonly image: string;
  readonly muslImage: string;
  readonly deb: string;
  readonly rpm: string;
  /** The .deb of the version before. */
  readonly olderDeb: string;
}

/** Builds them, unless they exist. */
export async function builtPackages(): Promise<BuiltPackages> {
  mkdirSync(CACHE, { recursive: true });
  const folder = join(CACHE, digestOfSources());
  const release = await lock(CACHE, LOCK);
  try {
    if (!existsSync(folder)) await build(folder);
  } finally {
    await release();
  }
  const file = (pattern: string) => join(folder, globSync(pattern, { cwd: folder })[0] ?? pattern);
  return {
    tree: file(`docker-credential-ecr-xacct-${versions.current}-${target.name}`),
    tarball: file(`*-${target.name}.tar.gz`),
    muslTarball: file('*-musl.tar.gz'),
    image: file(`*-${target.name}.oci.tar`),
    muslImage: file('*-musl.oci.tar'),
    deb: file(`*_${versions.current}_*.deb`),
    rpm: file('*.rpm'),
    olderDeb: file(`*_${versions.older}_*.deb`),
  };
}

async function build(folder: string): Promise<void> {
  for (const old of readdirSync(CACHE)) {
    if (!old.endsWith('.lock')) rmSync(join(CACHE, old), { recursive: true, force: true });
  }
  const part = `${folder}.part`;
  mkdirSync(part);
  await packageTarget(target, { output: part, version: versions.current, epoch });
  const [tarball = ''] = globSync(join(part, `*-${target.name}.tar.gz`));
  execFileSync('tar', ['-xzf', tarball, '-C', part]);
  const older = join(part, 'older');
  await packageTree(target, older, { version: versions.older, epoch, isForThisMachine: false });
  // It is used only to upgrade from it, so its size does not matter: xz would take a quarter of a minute.
  const deb = { tree: older, output: part, version: versions.older, architecture: 'amd64', epoch };
  buildDeb(deb, ['-Zzstd', '-z1']);
  rmSync(older, { recursive: true });
  renameSync(part, folder);
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()) {
    if (statSync(join(root, path)).isFile()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
}
