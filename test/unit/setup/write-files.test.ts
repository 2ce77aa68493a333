// Files written all or none: what is put back, what is refused before anything is written.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { readSnapshot } from '../../../src/os/snapshot.ts';
import { writeFiles } from '../../../src/setup/write-files.ts';

function folder() {
  return mkdtempDisposableSync(join(tmpdir(), 'setup-files-'));
}

const isRefused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof XacctError && error.code === 'file-access');
  assert.match(error.message, message);
  assert.ok(error.hint);
  return true;
};

test('Where one cannot be written, those before it are put back: changed, made and removed ones.', () => {
  using temporary = folder();
  const path = (name: string) => join(temporary.path, name);
  for (const name of ['changed', 'removed']) writeFileSync(path(name), 'old', { mode: 0o640 });
  mkdirSync(path('in-the-way'));
  const write = (name: string, after: string | undefined) => ({
    path: path(name),
    before: name === 'in-the-way' ? undefined : readSnapshot(path(name)),
    after: after === undefined ? undefined : Buffer.from(after),
  });
  const writes = [write('changed', 'new'), write('made', 'new'), write('removed', undefined)];
  // /proc takes no new files, not even from root.
  const impossible = { path: '/proc/ecr-xacct/config.json', before: undefined, after: Buffer.from('new') };
  assert.throws(() => writeFiles([...writes, impossible]), isRefused(/\/proc.*; nothing was changed$/));
  assert.deepEqual(readdirSync(temporary.path).toSorted(), ['changed', 'in-the-way', 'removed']);
  for (const name of ['changed', 'removed']) {
    const { bytes, mode } = readSnapshot(path(name)) ?? assert.fail(name);
    assert.deepEqual([bytes.toString(), mode], ['old', 0o640]);
  }
});

test('A file that another program has changed since it was read is not overwritten, and none of the others is written.', () => {
  using temporary = folder();
  const [one, two] = [join(temporary.path, 'one'), join(temporary.path, 'two')];
  writeFileSync(two, 'read');
  const before = readSnapshot(two);
  writeFileSync(two, 'changed');
  const writes = [
    { path: one, before: undefined, after: Buffer.from('new') },
    { path: two, before, after: Buffer.from('new') },
  ];
  assert.throws(() => writeFiles(writes), isRefused(/two was changed by another program meanwhile/));
  assert.deepEqual(readdirSync(temporary.path), ['two']);
  assert.equal(readFileSync(two, 'utf8'), 'changed');
});
