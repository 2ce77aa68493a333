// Shows which lines and branches of src/ the unit tests run, by folder.
//
// usage: npm run coverage
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { groupTests } from './unit-groups.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Count {
  files: number;
  lines: number;
  linesRun: number;
  branches: number;
  branchesRun: number;
}

/** Path below the root → its counts. If no test loads a file, all its lines count as not run. */
async function measure(): Promise<Map<string, Count>> {
  const paths = globSync('src/**/*.ts', { cwd: root }).toSorted();
  const counts = new Map(paths.map((path) => [path, unloaded(path)]));
  const tests = globSync('test/unit/**/*.test.ts', { cwd: root }).map((path) => join(root, path));
  using groups = groupTests(tests.toSorted());
  const options = { concurrency: groups.files.length, cwd: root, coverage: true };
  const stream = run({ ...options, files: [...groups.files], coverageIncludeGlobs: ['src/**/*.ts'] });
  stream.on('test:fail', ({ name, file }) => {
    console.log(`✖ ${name} (${relative(root, file ?? '')})`);
    process.exitCode = 1;
  });
  stream.on('test:coverage', ({ summary }) => {
    for (const file of summary.files) {
      counts.set(relative(root, file.path), {
        files: 1,
        lines: file.totalLineCount,
        linesRun: file.coveredLineCount,
        branches: file.totalBranchCount,
        branchesRun: file.coveredBranchCount,
      });
    }
  });
  for await (const _ of stream);
  return counts;
}

function unloaded(path: string): Count {
  const lines = readFileSync(join(root, path), 'utf8').split('\n').length;
  return { files: 1, lines, linesRun: 0, branches: 0, branchesRun: 0 };
}

function sum(counts: readonly Count[]): Count {
  const total = { files: 0, lines: 0, linesRun: 0, branches: 0, branchesRun: 0 };
  for (const count of counts) {
    for (const key of Object.keys(total) as (keyof Count)[]) total[key] += count[key];
  }
  return total;
}

function row(name: string, { files, lines, linesRun, branches, branchesRun }: Count): string {
  const percent = (part: number, whole: number) =>
    (whole === 0 ? '-' : `${Math.floor((100 * part) / whole)} %`).padStart(9);
  return `${name.padEnd(26)}${String(files).padStart(5)}${String(lines).padStart(7)}${percent(linesRun, lines)}${percent(branchesRun, branches)}`;
}

const counts = await measure();
const folders = Map.groupBy(counts, ([path]) => dirname(path));
console.log('unit tests                files  lines      run branches');
for (const [folder, entries] of [...folders].toSorted())
  console.log(row(folder, sum(entries.map(([, count]) => count))));
console.log(row('all', sum([...counts.values()])));
