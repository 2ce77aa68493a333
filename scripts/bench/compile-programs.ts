// Compiles the benchmark's C programs into a folder.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface BenchPrograms {
  readonly runCommands: string;
  readonly delayLink: string;
  /** The lower bound: a static program that copies stdin to stdout. */
  readonly echo: string;
  /** The compiler of that program. */
  readonly echoCompiler: string;
}

/** @throws Error with the compilers' output. */
export function compilePrograms(folder: string): BenchPrograms {
  const compile = (name: string, ...compilers: readonly (readonly [string, ...string[]])[]) => {
    const output = join(folder, name);
    const complaints: string[] = [];
    for (const [compiler, ...flags] of compilers) {
      const source = join(import.meta.dirname, `${name}.c`);
      const { status, error, stderr } = spawnSync(compiler, [...flags, '-O2', source, '-o', output], {
        encoding: 'utf8',
      });
      if (status === 0) return { output, compiler: [compiler, ...flags].join(' ') };
      complaints.push(error?.message ?? stderr);
    }
    throw new Error(`${name}.c does not compile (run: scripts/install-test-peers)\n${complaints.join('\n')}`);
  };
  const echo = compile('echo', ['musl-gcc', '-static', '-s'], ['cc', '-static', '-s']);
  return {
    runCommands: compile('run-commands', ['cc']).output,
    delayLink: compile('delay-link', ['cc']).output,
    echo: echo.output,
    echoCompiler: echo.compiler,
  };
}
