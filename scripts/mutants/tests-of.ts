// Finds the tests of a source file: the unit tests that load it, and the tests of the built program for its folder,
// nearest first.
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';

/** These tests read every source file and check its text, not its behaviour. */
const OF_ALL = /^test\/unit\/(?:architecture|linear-expressions|growth|tiers|npm-test)\.test\.ts$/;

/** Tests of the built program: folder of `src` → tests. `''` is for all other folders. */
const BUILT: Readonly<Record<string, readonly string[]>> = {
  '': [
    'test/unit/main.test.ts',
    'test/product/aws/discovery.test.ts',
    'test/contract/*.test.ts',
    'test/product/daemon/clocks.test.ts',
    'test/product/commands/{program,status}.test.ts',
  ],
  aws: ['test/product/aws/*.test.ts'],
  callers: ['test/product/commands/{account-of,callers-of,login*,grant*,access,revoke}.test.ts'],
  cli: ['test/product/commands/*.test.ts'],
  client: [
    'test/product/client/*.test.ts',
    'test/contract/*.test.ts',
    'test/product/daemon/{callers,place,socket}.test.ts',
  ],
  config: ['test/product/commands/config.test.ts', 'test/product/daemon/large-files.test.ts'],
  daemon: ['test/product/daemon/*.test.ts', 'test/product/commands/{status,logout}.test.ts'],
  docker: ['test/contract/*.test.ts', 'test/product/commands/doctor*.test.ts'],
  doctor: ['test/product/commands/doctor*.test.ts', 'test/e2e/doctor*.test.ts'],
  grants: ['test/product/commands/{grant*,revoke,access}.test.ts', 'test/e2e/grant.test.ts'],
  helper: [
    'test/contract/*.test.ts',
    'test/product/daemon/*.test.ts',
    'test/product/commands/{explain,logout}.test.ts',
  ],
  identity: ['test/product/aws/{identities,assume-role,profiles-as-botocore}.test.ts'],
  inspect: ['test/product/commands/{explain,status,config}.test.ts'],
  minter: ['test/product/minter/*.test.ts', 'test/product/aws/failures.test.ts'],
  net: ['test/product/aws/{connection,proxies-as-botocore,hostile-answers}.test.ts'],
  os: ['test/product/daemon/*.test.ts', 'test/product/{foreign-home,limits}.test.ts'],
  parser: ['test/product/daemon/large-files.test.ts'],
  policy: ['test/product/commands/{grant*,revoke,access}.test.ts'],
  profiles: ['test/product/aws/{identities,profiles-as-botocore,discovery}.test.ts'],
  setup: [
    'test/product/commands/setup*.test.ts',
    'test/e2e/setup.test.ts',
    'test/product/foreign-home.test.ts',
  ],
  terminal: ['test/product/commands/{status,access,explain,setup-prompts}.test.ts'],
  token: ['test/product/daemon/{one-mint,remembers,clocks}.test.ts'],
  wire: ['test/product/daemon/*.test.ts', 'test/product/client/*.test.ts'],
};

export interface TestsOf {
  readonly unit: readonly string[];
  readonly built: readonly string[];
}

/** Paths below the root, for a file of `src`. */
export function createTestsOf(root: string): (file: string) => TestsOf {
  const tests = globSync('test/unit/**/*.test.ts', { cwd: root }).filter((path) => !OF_ALL.test(path));
  const importsOf = memoized((path: string) => {
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(/(?:from|import\(|import) ?'(\.[^']+\.ts)'/g)].map(([, of = '']) =>
      normalize(join(dirname(path), of)),
    );
  });
  const distancesFrom = memoized((test: string) => {
    const distances = new Map([[test, 0]]);
    for (const [path, distance] of distances) {
      for (const next of importsOf(path)) if (!distances.has(next)) distances.set(next, distance + 1);
    }
    return distances;
  });
  return (file) => {
    const near = tests.flatMap((test) => {
      const distance = distancesFrom(test).get(file);
      return distance === undefined ? [] : [{ test, distance }];
    });
    const unit = near.toSorted((a, b) => a.distance - b.distance).map(({ test }) => test);
    const patterns = BUILT[file.split('/')[1] ?? ''] ?? BUILT[''] ?? [];
    const built = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted());
    const words = wordsOf(file);
    const shared = (test: string) => wordsOf(test).filter((word) => words.includes(word)).length;
    return { unit, built: built.toSorted((a, b) => shared(b) - shared(a)) };
  };
}

/** The words of a path's last part: `src/os/inherited-fds.ts` → inherited, fds. */
function wordsOf(path: string): string[] {
  return basename(path)
    .replace(/(?:\.test)?\.ts$/, '')
    .split('-');
}

function memoized<T>(of: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? of(key);
    known.set(key, value);
    return value;
  };
}
