// Checks the source without running the program: types, lint, format, dead code, and rules for dependencies.
//
// usage: npm run check
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
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
  { what: 'licences and install scripts of dependencies', script: 'scripts/dependencies.ts', args: [] },
];

/** @returns whether a check passed. Prints its output only if it failed. */
function passes({ what, script, args }: (typeof CHECKS)[number]): boolean {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✖'} ${what} (${seconds} s)`);
  if (status !== 0) console.log(`${error?.message ?? ''}${stdout}${stderr}`);
  return status === 0;
}

const broken = CHECKS.filter((check) => !passes(check));
process.exitCode = broken.length > 0 ? 1 : 0;
