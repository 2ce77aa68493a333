import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { faultsIn, withFault } from '../../../scripts/mutants/faults.ts';
import { firstFailure } from '../../../scripts/mutants/run-tests.ts';
import { createTestsOf } from '../../../scripts/mutants/tests-of.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

test('A fault is put in wherever code decides, ends or does something.', () => {
  const faulty = (text: string) => faultsIn('a.ts', text).map((fault) => withFault(text, fault));
  assert.deepEqual(faulty('if (a < b) throw new Error(c);'), [
    'if (!(a < b)) throw new Error(c);',
    'if (a <= b) throw new Error(c);',
    'if (a < b) ;',
  ]);
  assert.deepEqual(faulty('const x = a ?? !b;'), ['const x = a && !b;', 'const x = a ?? b;']);
  assert.deepEqual(faulty('const x = list.some(f);'), ['const x = list.every(f);']);
  assert.deepEqual(faulty('close(); const a = 0;'), ['; const a = 0;', 'close(); const a = 1;']);
  assert.deepEqual(faulty("const f = () => { return 'a' + b; };"), [
    'const f = () => { return undefined as never; };',
  ]);
  assert.deepEqual(faulty('interface A { b: true }'), []);
});

test('A source file has tests: those that load it, the nearest first, and those of its room.', () => {
  const { unit, built } = createTestsOf(ROOT)('src/token/lifetime.ts');
  assert.match(unit[0] ?? '', /^test\/unit\/token\//);
  assert.ok(unit.includes('test/unit/helper/helper.test.ts'));
  assert.ok(!unit.includes('test/unit/architecture.test.ts'));
  assert.ok(built.includes('test/product/daemon/clocks.test.ts'));
});

describe('A fault is shown', () => {
  const shown = async (text: string, deadlineMs = 60_000) => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'mutants-'));
    writeFileSync(join(folder.path, 'a.test.mjs'), `import { test } from 'node:test';\n${text}`);
    return await firstFailure(folder.path, ['a.test.mjs'], deadlineMs);
  };

  test('by a test that fails, by its title.', async () => {
    const text = "test('one', () => {}); test('two', () => { throw new Error('no'); });";
    assert.equal(await shown(text), 'two');
  });

  test('by what cannot be loaded, and by what does not end.', async () => {
    assert.match((await shown("throw new Error('no');")) ?? '', /mutant-tests\.mjs$/);
    const endless = "test('one', () => new Promise(() => setInterval(() => {}, 9)));";
    assert.equal(await shown(endless, 1_000), 'they did not end');
  });

  test('by none where all pass.', async () => {
    assert.equal(await shown("test('one', () => {});"), undefined);
  });
});
