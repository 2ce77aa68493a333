// Builds the two programs: dist/bin/ecr-xacct, which starts the bundle, and dist/bin/docker-credential-ecr-xacct, the native
// client (or, without a C compiler, the same bundle).
//
// usage: npm run build
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { compileNativeClient } from './compile-client.ts';
import { exerciseProgram } from './exercise-program.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'dist', 'bin');
const lib = join(root, 'dist', 'lib');

const PROGRAM = 'ecr-xacct';
const CLIENT = 'docker-credential-ecr-xacct';

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
await bundle(lib);
copyFileSync(join(root, 'packaging', 'load-bundle.cjs'), join(lib, 'ecr-xacct.cjs'));
writeLauncher(PROGRAM, '');
const compiler = compileNativeClient(join(bin, PROGRAM), join(bin, CLIENT));
if (compiler === undefined) writeLauncher(CLIENT, 'helper ');
await exerciseProgram(process.execPath, ['--hash-seed=1', join(lib, 'ecr-xacct.cjs')]);
const kind =
  compiler === undefined
    ? 'no C compiler here, so it is the TypeScript front: a get takes some 30 ms more'
    : `native, ${compiler}`;
console.log(`Built dist/bin/${CLIENT} (${kind}) and dist/bin/${PROGRAM}.`);
