// Tests when a hint must begin with sudo.
import assert from 'node:assert/strict';
import { chownSync, mkdtempDisposableSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { modeNeedsRoot } from '../../../src/os/needs-root.ts';

test("The mode of another user's file is for root to change, and one's own is not.", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'needs-root-'));
  const path = join(folder.path, 'file');
  writeFileSync(path, '');
  // For root's own file, root and the owner are the same.
  if (process.getuid?.() === 0) chownSync(path, 4711, 4711);
  const { uid } = statSync(path);
  assert.deepEqual(
    [uid + 1, uid, 0, undefined].map((user) => modeNeedsRoot(path, user)),
    [true, false, false, false],
  );
});
