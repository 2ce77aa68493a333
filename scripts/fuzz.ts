// Fuzzes the native client with libFuzzer. Its input replaces the daemon, stdin, the environment and system calls.
//
// usage: npm run fuzz [-- --seconds N]   default: 60
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'fuzz', 'fuzz-client.c');

/** Debian's name first, because its libFuzzer package belongs to that version. */
const COMPILERS = ['clang-14', 'clang'];
const FLAGS = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-g', '-O1'];
const SANITIZERS = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'];

/** Bytes: several times a request, an answer and all errors between them. */
const MAX_INPUT = 1024;

/** @returns the compiler's name; undefined without clang. @throws Error with its output if it cannot compile. */
function compile(output: string): string | undefined {
  for (const compiler of COMPILERS) {
    const words = [...FLAGS, ...SANITIZERS, SOURCE, '-o', output];
    const { status, error, stderr } = spawnSync(compiler, words, { encoding: 'utf8' });
    if (status === 0) return compiler;
    if (error === undefined) throw new Error(`${compiler} cannot compile the target:\n${stderr}`);
  }
  return undefined;
}

/** @returns the exit status. */
function fuzz(target: string, folder: string, seconds: number): number {
  const options = {
    max_total_time: seconds,
    max_len: MAX_INPUT,
    timeout: 10,
    rss_limit_mb: 1024,
    print_final_stats: 1,
    detect_leaks: 0,
    artifact_prefix: `${folder}/`,
  };
  const { status, error, stderr } = spawnSync(
    target,
    Object.entries(options).map(([name, value]) => `-${name}=${value}`),
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      // The system frees its memory when the client ends.
      env: { ASAN_OPTIONS: 'detect_leaks=0' },
      timeout: (seconds + 60) * 1_000,
      killSignal: 'SIGKILL',
    },
  );
  const last = (pattern: RegExp) => [...stderr.matchAll(pattern)].at(-1)?.[1] ?? '?';
  const runs = last(/^stat::number_of_executed_units: (\d+)/gm);
  const covered = last(/\bcov: (\d+)/g);
  const edges = last(/\((\d+) inline 8-bit counters\)/g);
  console.log(`${runs} runs, coverage ${covered} of ${edges} edges (client and target).`);
  if (status === 0) return 0;
  const found = stderr.split('\n').filter((line) => !/^(?:#\d+\s|INFO:)/.test(line));
  console.error(`${error?.message ?? ''}${found.join('\n')}`);
  const crash = last(/Test unit written to (.*)/g);
  console.error(
    `\nFound something. The input: ${crash}\nAgain: ASAN_OPTIONS=detect_leaks=0 ${target} ${crash}`,
  );
  return 1;
}

function main(): number {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
  const seconds = Number(values.seconds);
  // 0 would mean no limit.
  if (!Number.isInteger(seconds) || seconds < 1) {
    console.error('usage: npm run fuzz [-- --seconds N]');
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-client-'));
  const target = join(folder, 'fuzz-client');
  const compiler = compile(target);
  if (compiler === undefined) {
    rmSync(folder, { recursive: true });
    console.error('no clang on this machine: scripts/install-test-peers installs it');
    return 1;
  }
  console.log(`Fuzzing the native client for ${seconds} s (${compiler}) …`);
  const status = fuzz(target, folder, seconds);
  // After a fault, the folder stays: it contains the input and the target.
  if (status === 0) rmSync(folder, { recursive: true });
  return status;
}

process.exitCode = main();
