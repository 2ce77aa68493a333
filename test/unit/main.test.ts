// Tests that the program runs from source, without a build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');

test('From source, in any folder, the version is that of package.json.', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const said = execFileSync(process.execPath, [join(ROOT, 'src', 'main.ts'), '--version'], {
    cwd: '/',
    encoding: 'utf8',
  });
  assert.equal(said, `${version}\n`);
});
