// Which files are not read.
import assert from 'node:assert/strict';
import { mkdtempDisposableSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { readSnapshot, textOf } from '../../../src/os/snapshot.ts';

const isRefused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof XacctError && error.code === 'file-access');
  assert.match(error.message, message);
  assert.ok(error.hint);
  return true;
};

test('What is no regular file, no UTF-8, or a link in a circle is refused.', () => {
  using temporary = mkdtempDisposableSync(join(tmpdir(), 'snapshot-'));
  const circle = join(temporary.path, 'circle');
  symlinkSync('circle', circle);
  writeFileSync(join(temporary.path, 'latin'), Buffer.from([0xe4]));
  assert.throws(() => readSnapshot(temporary.path), isRefused(/is not a regular file/));
  const latin = join(temporary.path, 'latin');
  assert.throws(() => textOf(readSnapshot(latin), latin), isRefused(/is not UTF-8 text/));
  assert.throws(() => readSnapshot(circle), isRefused(/cannot read .*ELOOP/));
  assert.equal(readSnapshot(join(temporary.path, 'none')), undefined);
});

test('A file that is larger than any of Docker is refused, and not read.', () => {
  using temporary = mkdtempDisposableSync(join(tmpdir(), 'snapshot-'));
  const sparse = join(temporary.path, 'sparse');
  writeFileSync(sparse, '');
  truncateSync(sparse, 400_000_000);
  assert.throws(() => readSnapshot(sparse), isRefused(/is larger than 16 MiB/));
});
