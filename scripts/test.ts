// Runs tests. Builds first, except for unit tests. Without arguments, it checks and runs everything. It prints what was
// skipped and why.
//
// usage: npm test [-- [--watch] FILE_OR_FOLDER…]   only these tests, such as `npm test -- test/unit/registry`
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { groupTests } from './unit-groups.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a path below the root is a unit test. Unit tests run from source, without a build. */
function isUnit(file: string): boolean {
  return file.startsWith(join('test', 'unit', '/'));
}

/** Runs another script of this folder. @returns whether it succeeded. */
function succeeds(script: string): boolean {
  return (
    spawnSync(process.execPath, [join(root, 'scripts', script)], { cwd: root, stdio: 'inherit' }).status === 0
  );
}

/** @returns paths below the root. @throws Error for a path without tests. */
function testFiles(wanted: readonly string[]): string[] {
  const files = wanted.flatMap((path) => {
    const from = relative(root, resolve(root, path));
    const kind = statSync(join(root, from), { throwIfNoEntry: false });
    const found = kind?.isDirectory() ? globSync(join(from, '**', '*.test.ts'), { cwd: root }) : [from];
    if (kind !== undefined && found.length > 0 && found.every((file) => file.endsWith('.test.ts')))
      return found;
    throw new Error(`there is no test at ${path}; name a folder, or a file such as test/unit/errors.test.ts`);
  });
  return [...new Set(files)].toSorted();
}

/**
 * Runs the test files and prints as node:test does, then why each skipped test was skipped. @returns the number of
 * failures.
 */
async function runTests(files: readonly string[], watch: boolean): Promise<number> {
  const skipped: string[] = [];
  let failed = 0;
  const paths = (some: readonly string[]) => some.map((file) => join(root, file));
  using groups = watch ? undefined : groupTests(paths(files.filter(isUnit)));
  const own = watch ? files : files.filter((file) => !isUnit(file));
  const stream = run({
    // node:test's default is one fewer. These tests wait for processes more than they compute.
    concurrency: availableParallelism(),
    watch,
    files: [...(groups?.files ?? []), ...paths(own)],
    cwd: root,
  });
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

/** @returns the names of what failed. @throws Error for a path without tests. */
async function testAll(wanted: readonly string[], watch: boolean): Promise<string[]> {
  const everything = wanted.length === 0;
  const files = testFiles(everything ? ['test'] : wanted);
  if (everything) console.log('Checking types, lint and dead code, building, then running every test.\n');
  const failed: string[] = [];
  if (everything && !succeeds('check.ts')) failed.push('check');
  // If the build failed, tests would run an older program.
  if (!files.every(isUnit) && !succeeds('build.ts')) return [...failed, 'build'];
  const tests = await runTests(files, watch);
  return tests === 0 ? failed : [...failed, `${tests} tests`];
}

try {
  const { values, positionals } = parseArgs({
    options: { watch: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const failed = await testAll(positionals, values.watch);
  if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}.`);
  process.exitCode = failed.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`test: ${(error as Error).message}`);
  process.exitCode = 1;
}
