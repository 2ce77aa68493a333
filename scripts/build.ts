// Builds the two programs: dist/bin/ecr-xacct, which starts the bundle, and dist/bin/docker-credential-ecr-xacct, the
// native client. Without a C compiler, that is the bundle, too.
//
// usage: npm run build [-- --npm]
//   --npm  the layout of the npm package: the native clients in a separate folder for each system
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, compileBundle } from './bundle.ts';
import { compileNativeClient } from './compile-client.ts';
import { bundleLauncher, nativeFolder, npmClientLauncher } from './launcher.ts';
import { PACKAGE, PLUGIN } from './package/targets.ts';
import { licenceTexts, thirdParty } from './package/third-party.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'dist', 'bin');
const lib = join(root, 'dist', 'lib');

const { values: options } = parseArgs({ options: { npm: { type: 'boolean' } } });

function writeProgram(name: string, text: string): void {
  writeFileSync(join(bin, name), text);
  chmodSync(join(bin, name), 0o755);
}

/** @returns the compiler's name; undefined if there is none. */
function buildClient(): string | undefined {
  if (options.npm !== true) {
    const compiler = compileNativeClient('ecr-xacct', join(bin, PACKAGE));
    if (compiler === undefined) {
      for (const name of [PACKAGE, PLUGIN]) writeProgram(name, bundleLauncher(name));
    } else copyFileSync(join(bin, PACKAGE), join(bin, PLUGIN));
    return compiler;
  }
  const folder = join(root, 'dist', 'native', nativeFolder());
  mkdirSync(folder, { recursive: true });
  for (const name of [PACKAGE, PLUGIN]) writeProgram(name, npmClientLauncher(name));
  const compiler = compileNativeClient('../../bin/ecr-xacct', join(folder, PACKAGE));
  // npm does not pack links.
  if (compiler !== undefined) copyFileSync(join(folder, PACKAGE), join(folder, PLUGIN));
  return compiler;
}

// npm packs each file with its mode on this machine, and installs it with that mode.
process.umask(0o022);
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(bin, { recursive: true });
mkdirSync(lib, { recursive: true });
const metafiles = await bundle(lib);
compileBundle(lib, process.execPath);
copyFileSync(join(root, 'packaging', 'load-bundle.cjs'), join(lib, 'ecr-xacct.cjs'));
writeProgram('ecr-xacct', bundleLauncher('ecr-xacct'));
const compiler = buildClient();
if (options.npm === true) {
  const isClientStatic = compiler?.startsWith('musl-gcc') === true;
  const components = thirdParty(metafiles, { target: undefined, isClientStatic });
  writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES'), licenceTexts(components));
}
const kind =
  compiler === undefined
    ? 'no C compiler here, so it is the TypeScript front: a get takes some 30 ms more'
    : `native, ${compiler}`;
console.log(`Built dist/bin/${PACKAGE} (${kind}) and dist/bin/ecr-xacct.`);
