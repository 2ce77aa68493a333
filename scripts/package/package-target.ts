// Makes a target's tree and its packages.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../src/os/find-program.ts';
import { bundle } from '../bundle.ts';
import { compileNativeClient, crossCompileClient } from '../compile-client.ts';
import { muslLauncher, treeLauncher } from '../launcher.ts';
import { buildDeb } from './deb.ts';
import { buildExecutable } from './executable.ts';
import { buildImage } from './image.ts';
import { buildRpm } from './rpm.ts';
import { cyclonedx } from './sbom.ts';
import { signForMacos } from './sign.ts';
import { packTarball } from './tarball.ts';
import { PACKAGE, type Target } from './targets.ts';
import { licenceTexts, thirdParty } from './third-party.ts';
import { stageTree } from './tree.ts';
import { packZip, stageWindows } from './windows-zip.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Relative to the client's folder in a tree. */
const PROGRAM = `../lib/${PACKAGE}/ecr-xacct`;

export interface PackageOptions {
  /** The folder that packages are written to. */
  readonly output: string;
  /** The version of the program and the packages. */
  readonly version: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** @throws Error with the command to run if a tool for a target's packages is not on PATH. */
export function checkTools({ name, pkg, linux }: Target, PATH: string | undefined): void {
  const archivers = pkg.platform === 'win' ? ['zip'] : ['tar', 'gzip'];
  const tools = linux === undefined ? archivers : [...archivers, 'dpkg-deb', 'rpmbuild', 'buildah'];
  const missing = tools.filter((tool) => findProgram(tool, PATH) === undefined);
  if (missing.length === 0) return;
  throw new Error(
    `packaging ${name} needs ${missing.join(', ')}; on Debian, run: sudo scripts/install-test-peers`,
  );
}

/** The file names that packageTarget makes. */
export function packageNames({ name, pkg, linux }: Target, version: string): string[] {
  const archive = `${PACKAGE}-${version}-${name}`;
  if (pkg.platform === 'win') return [`${archive}.zip`];
  if (linux === undefined) return [`${archive}.tar.gz`];
  return [
    ...['.oci.tar', '-musl.oci.tar'].map((ending) => `${archive}${ending}`),
    `${PACKAGE}_${version}_${linux.deb}.deb`,
    `${PACKAGE}-${version}-1.${linux.rpm}.rpm`,
    ...['.tar.gz', '-musl.tar.gz'].map((ending) => `${archive}${ending}`),
  ];
}

/**
 * @returns the paths of the packages: .tar.gz; on Linux also .deb, .rpm and images, and all for musl; on Windows .zip.
 * @throws Error from the tools that it runs.
 */
export async function packageTarget(target: Target, options: PackageOptions): Promise<string[]> {
  const { output, version, epoch } = options;
  checkTools(target, process.env.PATH);
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-package-'));
  try {
    const name = `${PACKAGE}-${version}-${target.name}`;
    const tree = join(work, name);
    await packageTree(target, tree, { ...options, isForThisMachine: false });
    mkdirSync(output, { recursive: true });
    if (target.pkg.platform === 'win') {
      packZip(tree, join(output, `${name}.zip`));
      return [join(output, `${name}.zip`)];
    }
    const { linux } = target;
    if (linux === undefined) return [tarball(tree, options)];
    const muslTree = join(work, `${name}-musl`);
    await packageMuslTree(target, muslTree, options);
    const common = { output, version, epoch };
    return [
      ...[tree, muslTree].map((one) => image(one, linux.deb, options)),
      buildDeb({ ...common, tree, architecture: linux.deb }),
      buildRpm({ ...common, tree, architecture: linux.rpm }),
      // Last, because it puts scripts into the tree.
      ...[tree, muslTree].map((one) => tarball(one, options)),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns the archive's path. */
function image(tree: string, architecture: 'amd64' | 'arm64', options: PackageOptions): string {
  const { output, version, epoch } = options;
  const file = join(output, `${basename(tree)}.oci.tar`);
  buildImage({ tree, output: file, architecture, version, epoch });
  return file;
}

/** Includes the install script. @returns the archive's path. */
function tarball(tree: string, { output, epoch }: PackageOptions): string {
  const file = join(output, `${basename(tree)}.tar.gz`);
  for (const script of ['install', 'uninstall'])
    copyFileSync(join(root, 'scripts', script), join(tree, script));
  packTarball(tree, file, epoch);
  return file;
}

export interface TreeOptions extends Omit<PackageOptions, 'output'> {
  /** Allows a client from any compiler of this machine; without one, a script that starts the program. */
  readonly isForThisMachine: boolean;
}

/** Writes only the tree that is installed. `folder` must not exist yet. */
export async function packageTree(
  target: Target,
  folder: string,
  { version, epoch, isForThisMachine }: TreeOptions,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-tree-'));
  try {
    const { program, metafiles } = await buildExecutable(target, work, version);
    const { platform } = target.pkg;
    if (platform === 'macos') signForMacos(program);
    const client = join(work, PACKAGE);
    const isClientStatic = platform !== 'win' && makeClient(target, client, isForThisMachine);
    const components = thirdParty(metafiles, { target, isClientStatic });
    const texts = {
      'THIRD-PARTY-LICENSES': licenceTexts(components),
      'sbom.cdx.json': cyclonedx(components, { version, epoch }),
    };
    if (platform === 'win') {
      stageWindows(folder, { program, epoch, texts });
      return;
    }
    const runnable = join(root, 'dist', 'bin', 'ecr-xacct');
    const service = platform === 'macos' ? 'launchd' : 'systemd';
    stageTree(folder, { program, client, runnable, service, version, epoch, texts });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Writes the tree for systems that cannot run our Node, such as Alpine: the same, but without Node. `folder` must not
 * exist yet.
 */
async function packageMuslTree(
  target: Target,
  folder: string,
  { version, epoch }: Omit<PackageOptions, 'output'>,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-tree-'));
  try {
    const files = join(work, 'bundle');
    const metafiles = await bundle(files, version);
    copyFileSync(join(root, 'packaging', 'load-bundle.cjs'), join(files, 'ecr-xacct.cjs'));
    const program = join(work, 'ecr-xacct');
    writeFileSync(program, muslLauncher('ecr-xacct', 'bundle'));
    const client = join(work, PACKAGE);
    const isClientStatic = makeClient(target, client, false);
    const components = thirdParty(metafiles, { target: undefined, isClientStatic });
    const texts = {
      'THIRD-PARTY-LICENSES': licenceTexts(components),
      'sbom.cdx.json': cyclonedx(components, { version, epoch }),
    };
    const runnable = join(root, 'dist', 'bin', 'ecr-xacct');
    const parts = { program, bundle: files, client, runnable, version, epoch, texts };
    stageTree(folder, { ...parts, service: 'systemd' });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns whether the client is linked with musl. */
function makeClient({ name, linux }: Target, output: string, isForThisMachine: boolean): boolean {
  if (name === `${process.platform}-${process.arch}`) {
    const compiler = compileNativeClient(PROGRAM, output);
    const isMusl = compiler?.startsWith('musl-gcc') === true;
    // A static client with another libc is fifteen times as large.
    if (linux !== undefined && !isMusl && !isForThisMachine) {
      throw new Error(
        'the native client of a package is compiled with musl-gcc (Debian: apt install musl-tools)',
      );
    }
    if (compiler === undefined) writeFileSync(output, treeLauncher(PACKAGE));
    else if (linux === undefined) signForMacos(output);
    return isMusl;
  }
  // Only a Mac has macOS' libraries. Elsewhere, Docker runs the program itself.
  if (linux === undefined) {
    writeFileSync(output, treeLauncher(PACKAGE));
    return false;
  }
  crossCompileClient(linux, PROGRAM, output);
  return true;
}
