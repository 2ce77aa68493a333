// Compiles the native client, src/client/docker-credential-ecr-xacct.c.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from './package/targets.ts';

/** The processor's names in other tools. */
type LinuxNames = NonNullable<Target['linux']>;

const SOURCE = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  'src/client/docker-credential-ecr-xacct.c',
);

const WARNINGS = ['-std=c11', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
const HARDENING = ['-O2', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=3'];

/** Static if possible: a dynamic loader takes as long as the client itself. */
const COMPILERS = [
  ['musl-gcc', '-static', '-s'],
  ['cc', '-static', '-s'],
  // macOS has no static libc.
  ['cc'],
] as const;

/** For another processor. Small pages keep the file at 15 kB instead of 130 kB. */
const CROSS_FLAGS = ['-s', '-Wl,-z,max-page-size=4096'];

/**
 * Compiles with the caller's compiler and flags. `program`: the path of `ecr-xacct`, absolute or relative to the
 * output's folder.
 */
export function compileClient(
  [compiler, ...flags]: readonly [string, ...string[]],
  program: string,
  output: string,
): SpawnSyncReturns<string> {
  const define = `-DECR_XACCT_PROGRAM=${JSON.stringify(program)}`;
  return spawnSync(compiler, [...WARNINGS, ...flags, define, SOURCE, '-o', output], { encoding: 'utf8' });
}

/**
 * Compiles it for Linux on another processor, with that processor's GCC and musl. It is static, so that it runs with
 * any libc. @throws Error with the compiler's output.
 */
export function crossCompileClient({ gnu, deb }: LinuxNames, program: string, output: string): void {
  const compiler = `${gnu}-gcc`;
  const specs = `/usr/lib/${gnu.replace(/-gnu$/, '-musl')}/musl-gcc.specs`;
  const flags = [`-specs=${specs}`, '-static', ...HARDENING, ...CROSS_FLAGS];
  const { status, error, stderr } = compileClient([compiler, ...flags], program, output);
  if (status === 0) return;
  const remedy = `Debian: dpkg --add-architecture ${deb}; apt update; apt install gcc-${gnu.replace('_', '-')} musl-dev:${deb}`;
  throw new Error(
    `${error === undefined ? stderr : `${compiler} cannot be run: ${error.message}`} (${remedy})`,
  );
}

/**
 * Compiles it for this machine, with the first compiler that can. @returns the compiler's name; undefined if there is
 * none. @throws Error with the compilers' output if none of them can.
 */
export function compileNativeClient(program: string, output: string): string | undefined {
  const complaints: string[] = [];
  for (const [compiler, ...flags] of COMPILERS) {
    const { status, error, stderr } = compileClient([compiler, ...HARDENING, ...flags], program, output);
    if (status === 0) return [compiler, ...flags].join(' ');
    if (error === undefined) complaints.push(`${compiler} ${flags.join(' ')}\n${stderr}`);
  }
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return undefined;
}
