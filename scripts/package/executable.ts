// The single executable of `ecr-xacct`: Node, with the bundle and its compiled code inside.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { bundle, compileBundle } from '../bundle.ts';
import { type NodeBase, nodeBase, nodeHere } from './node-base.ts';
import type { Target } from './targets.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAIN = join(root, 'packaging', 'load-bundle.cjs');

export interface Executable {
  /** Absolute path. */
  readonly program: string;
  /** esbuild's reports of the bundle. */
  readonly metafiles: readonly Metafile[];
}

/**
 * Writes `ecr-xacct` or `ecr-xacct.exe` into a folder. `version` is what `--version` prints. `makeBundle` writes the
 * content into a folder.
 */
export async function buildExecutable(
  target: Target,
  folder: string,
  version: string,
  makeBundle = compiledBundle,
): Promise<Executable> {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-package-'));
  try {
    const files = join(work, 'files');
    const metafiles = await makeBundle(target, files, version);
    mkdirSync(folder, { recursive: true });
    const program = join(folder, target.pkg.platform === 'win' ? 'ecr-xacct.exe' : 'ecr-xacct');
    runPkg(target, { base: nodeBase(target), files, program, home: join(work, 'home') });
    chmodSync(program, 0o755);
    return { program, metafiles };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Writes the bundle into a folder, with compiled code beside each file: see packaging/load-bundle.cjs. */
export async function compiledBundle(target: Target, folder: string, version: string): Promise<Metafile[]> {
  const metafiles = await bundle(folder, version);
  // Compiled code is for one processor and one build of V8: other systems compile at each start.
  if (target.name === `${process.platform}-${process.arch}`) compileBundle(folder, nodeBase(target).file);
  return metafiles;
}

interface PkgJob {
  readonly base: NodeBase;
  /** The folder with the executable's content. */
  readonly files: string;
  readonly program: string;
  /** Where pkg looks for Node before it downloads it. */
  readonly home: string;
}

/** In a separate process, because pkg looks for its cache in HOME and changes the working folder. */
function runPkg(target: Target, { base, files, program, home }: PkgJob): void {
  offerBase(target, base, home);
  const assets = Object.fromEntries(
    readdirSync(files)
      .toSorted()
      .map((name) => [name, join(files, name)]),
  );
  const job = {
    main: MAIN,
    target: { ...target.pkg, nodeRange: `node${base.version}`, output: program },
    config: {
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: false,
      // SIGUSR1 would open the inspector, and NODE_OPTIONS would let others run code in this process.
      execArgv: ['--disable-sigusr1'],
      execArgvExtension: 'none',
      assets,
    },
  };
  const jobFile = join(home, 'job.json');
  writeFileSync(jobFile, JSON.stringify(job));
  const script = join(root, 'scripts', 'package', 'run-pkg.cjs');
  // It must have the version of the Node that reads the bundle: other versions use another format.
  execFileSync(nodeHere(base.version), [script, jobFile], {
    env: { ...process.env, HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Puts Node where pkg keeps its downloads, with the marks of a checked one. */
function offerBase({ name, pkg }: Target, { file, version }: NodeBase, home: string): void {
  const cache = join(home, '.pkg-cache', 'sea');
  const archive = join(cache, `node-v${version}-${name}`);
  const node = pkg.platform === 'win' ? `${archive}.exe` : join(archive, 'bin', 'node');
  mkdirSync(dirname(node), { recursive: true });
  copyFileSync(file, node);
  const packed = `${archive}.${pkg.platform === 'win' ? 'zip' : 'tar.gz'}`;
  for (const mark of [`${node}.ok`, packed, `${packed}.ok`]) writeFileSync(mark, '');
}
