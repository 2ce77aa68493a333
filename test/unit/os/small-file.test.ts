// Files of a few kilobytes are read whole, without waiting and without reading for ever.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileRefused, readSmallFile, whyUnreadable } from '../../../src/os/small-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'small-file-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'file');

test('A small file is read whole, to the last byte that is allowed.', () => {
  for (const text of ['', 'token\n', 'ä'.repeat(500), 'x'.repeat(1_024)]) {
    writeFileSync(file, text);
    assert.equal(readSmallFile(file, { maxBytes: 1_024 }), text);
  }
  writeFileSync(file, Buffer.from([0xe4]));
  assert.equal(readSmallFile(file, { encoding: 'latin1' }), 'ä');
});

test('A file that the system makes up as it is read has a content.', () => {
  assert.match(readSmallFile('/proc/self/status'), /^Name:/);
  assert.equal(readSmallFile('/dev/null'), '');
});

test('What is too large is refused, whatever size it says that it has.', () => {
  writeFileSync(file, '');
  truncateSync(file, 400_000_000);
  for (const path of [file, '/dev/zero']) {
    assert.throws(() => readSmallFile(path), { message: 'it is larger than 1 MiB' });
  }
});

test('A pipe that no program writes to is refused, and not waited for; so is a folder.', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  assert.throws(() => readSmallFile(pipe), FileRefused);
  assert.throws(() => readSmallFile(pipe), { message: 'it is a pipe' });
  assert.throws(() => readSmallFile(folder), { message: 'it is a folder' });
});

test('Why a file cannot be read is said in words where there are any.', () => {
  assert.equal(whyUnreadable(new FileRefused('it is a pipe')), 'it is a pipe');
  const system = (code: string) => Object.assign(new Error('system'), { code });
  assert.equal(whyUnreadable(system('ENOENT')), 'there is no such file');
  assert.equal(whyUnreadable(system('EIO')), 'EIO');
});
