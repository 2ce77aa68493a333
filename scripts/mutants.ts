// Puts faults into a copy of the source, one at a time, and checks that a test fails.
//
// usage: npm run mutants [-- --seed N --count N --only TEXT]
//   --seed N, --count N  which faults, and how many; default: 1 and 60
//   --only TEXT          only faults whose FILE:LINE contains this text
import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdtempDisposableSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Fault, faultsIn, withFault } from './mutants/faults.ts';
import { firstFailure, type Shown } from './mutants/run-tests.ts';
import { createTestsOf, type TestsOf } from './mutants/tests-of.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Milliseconds, for all unit tests of a source file, and for one test file. */
const DEADLINES = { unit: 180_000, built: 300_000 };

/** How many of ten faults the tests must find. */
const MUST_SHOW = 9;

/** Chooses faults at random; each place of the source is equally likely. */
function chosenFaults(seed: number, count: number, only: string): Fault[] {
  const files = globSync('src/**/*.ts', { cwd: root }).toSorted();
  const all = files
    .flatMap((file) => faultsIn(file, readFileSync(join(root, file), 'utf8')))
    .filter(({ file, line }) => `${file}:${line}`.includes(only));
  const length = Math.min(count, all.length);
  return fc
    .sample(fc.shuffledSubarray(all, { minLength: length, maxLength: length }), { seed, numRuns: 1 })
    .flat();
}

/** Copies the checkout, with its dependencies. @throws Error if it is not built. */
async function copyCheckout(folder: string): Promise<void> {
  const listed = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  for (const path of listed.stdout.split('\0').filter((name) => name !== '')) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  if (!(await isBuilt(folder))) throw new Error('the checkout is not built: run npm run build to see why');
}

/** Asynchronous, so that other builds and tests continue. */
function isBuilt(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const build = join(folder, 'scripts', 'build.ts');
    execFile(process.execPath, [build], { cwd: folder }, (error) => resolve(error === null));
  });
}

/** One copy for the faults, and one without any. */
interface Copies {
  faulty: string;
  sound: string;
}

/** The unit test that finds the fault, or else the test of the built program that does. */
async function show({ faulty, sound }: Copies, fault: Fault, { unit, built }: TestsOf): Promise<Shown> {
  const path = join(faulty, fault.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, withFault(text, fault));
  try {
    const shown = await firstFailure(faulty, unit, DEADLINES.unit);
    if (shown !== undefined) return shown;
    if (!(await isBuilt(faulty))) return 'it is not built';
    for (const test of built) {
      const failed = await firstFailure(faulty, [test], DEADLINES.built);
      // If the test also fails without the fault, it has not found it.
      if (failed !== undefined && (await firstFailure(sound, [test], DEADLINES.built)) === undefined) {
        return failed;
      }
    }
    return undefined;
  } finally {
    writeFileSync(path, text);
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

function told({ file, line, before, after }: Fault, shown: Shown): string {
  const by = shown === undefined ? 'shown by no test' : `shown by: ${oneLine(shown)}`;
  return `${shown === undefined ? '✖' : '✔'} ${file}:${line}\n    ${oneLine(before)}\n    → ${oneLine(after)}\n    ${by}`;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '60' },
      only: { type: 'string', default: '' },
    },
  });
  const [seed, count] = [Number(values.seed), Number(values.count)];
  if (!Number.isSafeInteger(seed) || !Number.isInteger(count) || count < 1) {
    console.error('usage: npm run mutants [-- --seed N --count N --only TEXT]');
    return false;
  }
  const faults = chosenFaults(seed, count, values.only);
  using folder = mkdtempDisposableSync(join(tmpdir(), 'mutants-'));
  // Some tests run the programs as another user.
  chmodSync(folder.path, 0o755);
  const sound = join(folder.path, 'sound');
  await copyCheckout(sound);
  const testsOf = createTestsOf(sound);
  console.log(`${faults.length} faults, seed ${values.seed}; a test should fail for each.\n`);
  const missed: Fault[] = [];
  const left = [...faults];
  const work = async (_: unknown, worker: number) => {
    const faulty = join(folder.path, `faulty-${worker}`);
    await copyCheckout(faulty);
    for (let fault = left.shift(); fault !== undefined; fault = left.shift()) {
      const shown = await show({ faulty, sound }, fault, testsOf(fault.file));
      if (shown === undefined) missed.push(fault);
      console.log(told(fault, shown));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const shown = faults.length - missed.length;
  console.log(`\n${shown} of ${faults.length} faults are shown by tests.`);
  return shown * 10 >= faults.length * MUST_SHOW;
}

process.exitCode = (await main()) ? 0 : 1;
