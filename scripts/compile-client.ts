// Compiles the native client, src/client/docker-credential-ecr-xacct.c.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  'src/client/docker-credential-ecr-xacct.c',
);

const WARNINGS = ['-std=c11', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
const HARDENING = ['-O2', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=3'];

/** Static where it can be: a dynamic loader costs as much as all that the client does. */
const COMPILERS = [
  ['musl-gcc', '-static', '-s'],
  ['cc', '-static', '-s'],
  // macOS has no static libc.
  ['cc'],
] as const;

/** Compiles with a compiler and flags of the caller's own; `program` is the absolute path of `ecr-xacct`. */
export function compileClient(
  [compiler, ...flags]: readonly [string, ...string[]],
  program: string,
  output: string,
): SpawnSyncReturns<string> {
  const define = `-DECR_XACCT_PROGRAM=${JSON.stringify(program)}`;
  return spawnSync(compiler, [...WARNINGS, ...flags, define, SOURCE, '-o', output], { encoding: 'utf8' });
}

/**
 * Compiles it for this machine, with the first compiler that can.
 * @returns the compiler's name, or undefined where there is none.
 * @throws Error with what the compilers printed, where none that is there can.
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
