// Checks everything: types, lint, dead code, then builds and runs the tests; says what was skipped and why.
//
// usage: npm test [-- FILE_OR_FOLDER…]   only these tests, such as `npm test -- test/registry`
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const CHECKS = [
  { what: 'types', script: 'node_modules/typescript/bin/tsc', args: [] },
  {
    what: 'lint and format',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings'],
  },
  { what: 'dead code and dependencies', script: 'node_modules/knip/bin/knip.js', args: [] },
  { what: 'build', script: 'scripts/build.ts', args: [] },
];

function node(script: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, encoding: 'utf8' });
}

/** Whether a check passed; what it printed is shown only where it did not. */
function passes({ what, script, args }: (typeof CHECKS)[number]): boolean {
  const started = performance.now();
  const { status, stdout, stderr, error } = node(script, args);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✖'} ${what} (${seconds} s)`);
  if (status !== 0) console.log(`${error?.message ?? ''}${stdout}${stderr}`);
  return status === 0;
}

function testFiles(wanted: readonly string[]): string[] {
  const patterns = wanted.length === 0 ? ['test'] : wanted;
  return patterns.flatMap((path) =>
    statSync(join(root, path)).isDirectory()
      ? globSync(join(root, path, '**', '*.test.ts'))
      : [join(root, path)],
  );
}

/** Runs the test files, prints as node:test does, then the reason of every skipped test. @returns how many failed. */
async function runTests(files: readonly string[]): Promise<number> {
  const skipped: string[] = [];
  let failed = 0;
  const stream = run({ files: [...files].sort(), concurrency: true, cwd: root });
  stream.on('test:pass', ({ name, skip }) => {
    if (skip !== undefined) skipped.push(`${name}: ${skip === true ? 'no reason given' : skip}`);
  });
  stream.on('test:fail', ({ todo }) => {
    if (todo === undefined) failed += 1;
  });
  for await (const text of stream.compose(new spec())) process.stdout.write(text);
  if (skipped.length > 0)
    console.log(`\nSkipped ${skipped.length}:\n${skipped.map((line) => `  ${line}`).join('\n')}`);
  return failed;
}

const wanted = process.argv.slice(2);
if (wanted.length === 0)
  console.log('Checking types, lint and dead code, building, then running every test.\n');
const checks = wanted.length === 0 ? CHECKS : CHECKS.filter(({ what }) => what === 'build');
const broken = checks.filter((check) => !passes(check));
// Tests of a program that was not built would say nothing of this source.
const failed = broken.some(({ what }) => what === 'build') ? 0 : await runTests(testFiles(wanted));
if (broken.length > 0) console.log(`\nFailed: ${broken.map(({ what }) => what).join(', ')}.`);
process.exitCode = broken.length > 0 || failed > 0 ? 1 : 0;
