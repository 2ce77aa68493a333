// Tests that tests import only what their tier may, and that unit tests need neither a build nor other
// programs.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const SHARED = ['src', 'test/fake-aws', 'test/fake-registry', 'test/support'];
const BUILT = [...SHARED, 'test/support/unit', 'test/support/product'];
const REAL = [...BUILT, 'test/support/e2e', 'scripts'];

/** Folder → the other folders whose files it may import. A folder that is not named belongs to the one above it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'test/fake-aws': [],
  'test/fake-registry': ['test/fake-aws'],
  'test/support': [...SHARED, 'scripts'],
  'test/support/unit': SHARED,
  'test/support/product': [...BUILT, 'scripts'],
  'test/support/chaos': [...BUILT, 'scripts'],
  'test/support/attack': BUILT,
  'test/support/e2e': REAL,
  'test/support/packages': REAL,
  'test/unit': [...SHARED, 'test/support/unit'],
  // Scripts that need no build.
  'test/unit/scripts': ['scripts'],
  'test/contract': BUILT,
  'test/product': [...BUILT, 'scripts', 'test/support/attack'],
  'test/e2e': REAL,
  'test/packages': [...REAL, 'test/support/packages', 'test/support/attack'],
};

/** Tests that ask these need a program, root or a build. */
const MACHINE = ['test/support/peers.ts', 'test/support/private-hosts.ts'];

const ROOT = join(import.meta.dirname, '..', '..');
const files = globSync('test/**/*.ts', { cwd: ROOT }).toSorted();

/** Paths below the root. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, of = '']) =>
    normalize(join(dirname(path), of)),
  );
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder in MAY_IMPORT || !folder.includes('/') ? folder : folderOf(folder);
}

for (const [folder, others] of Object.entries(MAY_IMPORT)) {
  test(`${folder}/ imports nothing of a tier above it.`, () => {
    const own = files.filter((path) => folderOf(path) === folder);
    assert.ok(own.length > 0);
    const foreign = own.flatMap((path) =>
      importsOf(path)
        .filter((of) => ![folder, ...others].includes(folderOf(of)))
        .map((of) => `${path} imports ${of}`),
    );
    assert.deepEqual(foreign, []);
  });
}

test('A test without a build asks nothing of the machine.', () => {
  const own = files.filter((path) => path.startsWith('test/unit/'));
  const asking = own.filter((path) => importsOf(path).some((of) => MACHINE.includes(of)));
  assert.deepEqual(asking, []);
});
