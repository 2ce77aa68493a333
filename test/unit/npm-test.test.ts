// Tests what `npm test` says of a path that has no tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'test.ts');

for (const path of ['test/nothing', 'test/support', 'README.md']) {
  test(`${path} has no test, which is one line, and nothing is built or run.`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'test/unit/os', path], {
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      `test: there is no test at ${path}; name a folder, or a file such as test/unit/errors.test.ts\n`,
    );
    assert.equal(status, 1);
  });
}
