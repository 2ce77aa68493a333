// Builds the packages of one target, or all: the single executable, tarball, .deb and .rpm.
//
// usage: npm run package [-- --target TARGET] [--output FOLDER | --tree FOLDER | --fetch]
//   --target  linux-x64, linux-arm64, darwin-arm64, darwin-x64, win-x64, win-arm64, or native (the default)
//   --output  the folder of the packages; default: release
//   --tree    write only the tree that is installed, into a new folder
//   --fetch   only download the Nodes for packages and their tests, so that the rest needs no network
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sourceDateEpoch } from './package/epoch.ts';
import { NODES_ON_PATH, nodeBase, nodeHere } from './package/node-base.ts';
import { packageTarget, packageTree } from './package/package-target.ts';
import { nativeTarget, TARGETS, type Target } from './package/targets.ts';
import { VERSION } from './project.ts';

class UsageError extends Error {}

const OPTIONS = {
  target: { type: 'string', default: 'native' },
  output: { type: 'string', default: 'release' },
  tree: { type: 'string' },
  fetch: { type: 'boolean' },
} as const;

function targetNamed(name: string): Target {
  const native = nativeTarget(process.platform, process.arch);
  const target = name === 'native' ? native : Object.values(TARGETS).find((one) => one.name === name);
  if (target !== undefined) return target;
  const known = Object.keys(TARGETS).join(', ');
  throw new UsageError(
    name === 'native'
      ? `there is no package for ${process.platform}-${process.arch}; name a target: ${known}`
      : `--target ${name}: it must be one of ${known}`,
  );
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(args: string[]): Promise<void> {
  const { target: name, output, tree, fetch } = parse(args);
  if (fetch === true) {
    for (const target of Object.values(TARGETS)) {
      const { file, version } = nodeBase(target);
      nodeHere(version);
      console.log(`${target.name}: ${file}`);
    }
    for (const version of NODES_ON_PATH) console.log(`${version}: ${nodeHere(version)}`);
    return;
  }
  if (tree !== undefined && existsSync(tree)) {
    throw new UsageError(`--tree ${tree}: it is there already; name a new folder`);
  }
  const target = targetNamed(name);
  // stdout has only the paths of the files.
  console.error(`Packaging ${VERSION} for ${target.name}, which takes a minute or two …`);
  const options = { version: VERSION, epoch: sourceDateEpoch(process.env) };
  if (tree === undefined) {
    for (const file of await packageTarget(target, { ...options, output: resolve(output) }))
      console.log(file);
    return;
  }
  await packageTree(target, resolve(tree), { ...options, isForThisMachine: true });
}

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(`package: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
