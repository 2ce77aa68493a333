// Builds the two programs: dist/bin/ecr-xacct, which starts the bundle, and dist/bin/docker-credential-ecr-xacct, the native
// client (or, without a C compiler, the same bundle).
//
// usage: npm run build
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compileNativeClient } from './compile-client.ts';
import { primeCompileCache } from './prime-compile-cache.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'dist', 'bin');
const lib = join(root, 'dist', 'lib');

const PROGRAM = 'ecr-xacct';
const CLIENT = 'docker-credential-ecr-xacct';

/** V8's compiled code of the bundle is kept beside it: without it, compiling costs more than all the rest of a start. */
const ENTRY = `'use strict';
require('node:module').enableCompileCache(require('node:path').join(__dirname, 'compile-cache'));
require('./main.cjs');
`;

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  // Names stay, for stack traces and for the SDK's errors.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // ES modules where a package has them: of the SDK's clients, only the calls that are made are left.
  mainFields: ['module', 'main'],
  define: { VERSION: JSON.stringify(version) },
  // `import()` becomes a lazy `require`, which spares a start the ESM loader.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
};

/**
 * What is loaded only by some starts, each in a file of its own: reading a megabyte costs more than the rest of a warm `get`,
 * and the AWS SDK is for minters alone.
 */
const APART = [
  'aws/answer-question',
  'client/answer-here',
  'cli/program',
  'cli/run-access',
  'cli/run-doctor',
  'cli/run-grant',
  'cli/run-revoke',
  'cli/run-setup',
  'daemon/run-daemon',
  'docker/fallback-helper',
  'minter/run-minter',
];

const apart: Plugin = {
  name: 'apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\.ts$/ }, ({ kind, path }) => {
      const name = APART.map((module) => basename(module)).find((module) => path.endsWith(`/${module}.ts`));
      return kind === 'dynamic-import' && name !== undefined
        ? { path: `./${name}.cjs`, external: true }
        : undefined;
    });
  },
};

async function bundle(): Promise<void> {
  for (const module of ['main', ...APART]) {
    const entryPoints = [join(root, 'src', `${module}.ts`)];
    await build({ ...OPTIONS, entryPoints, outfile: join(lib, `${basename(module)}.cjs`), plugins: [apart] });
  }
  writeFileSync(join(lib, 'ecr-xacct.cjs'), ENTRY);
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A program that runs the bundle; `command` is what it puts before its arguments. */
function writeLauncher(name: string, command: string): void {
  const template = readFileSync(join(root, 'packaging', 'launcher.sh'), 'utf8');
  const values: Record<string, string> = {
    '@PROGRAM@': name,
    '@NODE@': quote(process.execPath),
    '@SCRIPT@': quote(join(lib, 'ecr-xacct.cjs')),
    '@COMMAND@': command,
  };
  const text = template.replace(/@[A-Z]+@/g, (placeholder) => values[placeholder] ?? placeholder);
  writeFileSync(join(bin, name), text);
  chmodSync(join(bin, name), 0o755);
}

rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(bin, { recursive: true });
mkdirSync(lib, { recursive: true });
await bundle();
writeLauncher(PROGRAM, '');
const compiler = compileNativeClient(join(bin, PROGRAM), join(bin, CLIENT));
if (compiler === undefined) writeLauncher(CLIENT, 'helper ');
await primeCompileCache(join(bin, PROGRAM), process.execPath, join(lib, 'ecr-xacct.cjs'));
const kind =
  compiler === undefined
    ? 'no C compiler here, so it is the TypeScript front: a get takes some 30 ms more'
    : `native, ${compiler}`;
console.log(`Built dist/bin/${CLIENT} (${kind}) and dist/bin/${PROGRAM}.`);
