// Files written all or none: what is put back, what is refused before anything is written.
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { readSnapshot, textOf, writeFiles } from '../../../src/setup/files.ts';

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

test('What is no regular file, no UTF-8, or a link in a circle is refused.', () => {
  using temporary = folder();
  const circle = join(temporary.path, 'circle');
  symlinkSync('circle', circle);
  writeFileSync(join(temporary.path, 'latin'), Buffer.from([0xe4]));
  assert.throws(() => readSnapshot(temporary.path), isRefused(/is not a regular file/));
  const latin = join(temporary.path, 'latin');
  assert.throws(() => textOf(readSnapshot(latin), latin), isRefused(/is not UTF-8 text/));
  assert.throws(() => readSnapshot(circle), isRefused(/cannot read .*ELOOP/));
  assert.equal(readSnapshot(join(temporary.path, 'none')), undefined);
});
