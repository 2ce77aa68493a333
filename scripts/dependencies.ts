// Checks all dependencies: licences, scripts that run at installation, and, with a network, known vulnerabilities.
//
// usage: npm run check:dependencies [-- --advisories]
//   --advisories  also ask npm's registry for known vulnerabilities; if it does not answer, print why, and do not fail
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Licences allowed for build and test tools. package/third-party.ts allows fewer for what is distributed. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
]);

/**
 * The packages whose scripts run at installation, with the reason. npm 11 runs no others (`allowScripts` in
 * package.json).
 */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  esbuild: "checks its program for this machine; what it would download instead is npm's own package",
};

export interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly license?: string; readonly hasInstallScript?: true }>
  >;
}

/** One line for each package that breaks a rule. `allowed`: `allowScripts` of package.json. */
export function faultsOf({ packages }: Lockfile, allowed: Readonly<Record<string, boolean>>): string[] {
  const others = Object.entries(packages).filter(([path]) => path !== '');
  const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');
  const licences = others
    .filter(([, { license }]) => !isAllowed(license))
    .map(([path, { license }]) => `${nameOf(path)} has the licence ${license ?? 'of no name'}`);
  const scripts = others
    .filter(([path, { hasInstallScript }]) => hasInstallScript && !(nameOf(path) in INSTALL_SCRIPTS))
    .map(([path]) => `${nameOf(path)} runs a script at installation, for no reason that is listed`);
  const listed = Object.keys(INSTALL_SCRIPTS).toSorted().join(', ');
  const said = Object.keys(allowed).toSorted().join(', ');
  const unlike =
    listed === said ? [] : [`package.json allows the scripts of ${said}; the list has ${listed}`];
  return [...licences, ...scripts, ...unlike];
}

/** Whether it is an allowed licence, or a choice that includes one: `(MIT OR WTFPL)`. */
function isAllowed(licence: string | undefined): boolean {
  const choices = licence?.replace(/^\((.*)\)$/, '$1').split(' OR ') ?? [];
  return choices.some((choice) => LICENCES.has(choice));
}

interface Vulnerability {
  readonly severity: string;
  readonly range: string;
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
}

export type Advisories = { readonly found: readonly string[] } | { readonly why: string };

/** Reads the output of `npm audit --json`: a line for each vulnerable package, or why the registry was not asked. */
export function advisoriesIn(printed: string): Advisories {
  let answer: { vulnerabilities?: Readonly<Record<string, Vulnerability>>; message?: string };
  try {
    answer = JSON.parse(printed);
  } catch {
    return { why: 'npm audit printed no JSON' };
  }
  if (answer.vulnerabilities === undefined) return { why: answer.message ?? 'npm audit says nothing of it' };
  const found = Object.entries(answer.vulnerabilities).map(([name, { severity, range, via }]) => {
    const said = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`));
    return `${name} ${range}, ${severity}: ${said.join('; ')}`;
  });
  return { found };
}

/** @returns whether no vulnerability is known. */
function askAdvisories(): boolean {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--fetch-retries=1', '--fetch-timeout=20000'], {
    cwd: root,
    encoding: 'utf8',
  });
  const advisories = advisoriesIn(stdout ?? '');
  if ('why' in advisories) {
    console.log(`? advisories were not asked for: ${advisories.why}`);
    return true;
  }
  for (const line of advisories.found) console.log(`✖ ${line}`);
  if (advisories.found.length === 0) console.log('✔ no known vulnerability');
  return advisories.found.length === 0;
}

function main(): boolean {
  const { values } = parseArgs({ options: { advisories: { type: 'boolean', default: false } } });
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const lockfile: Lockfile = read('package-lock.json');
  const faults = faultsOf(lockfile, read('package.json').allowScripts);
  for (const fault of faults) console.log(`✖ ${fault}`);
  if (faults.length === 0) {
    console.log(
      `✔ ${Object.keys(lockfile.packages).length - 1} packages, all with a licence that is allowed`,
    );
    for (const [name, why] of Object.entries(INSTALL_SCRIPTS)) console.log(`✔ ${name}: its script ${why}`);
  }
  const isSafe = !values.advisories || askAdvisories();
  return faults.length === 0 && isSafe;
}

if (import.meta.main) process.exitCode = main() ? 0 : 1;
