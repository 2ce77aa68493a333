// All files are written, or none: what is restored, what is rejected before anything is written, and the owners
// afterwards.
import assert from 'node:assert/strict';
import {
  chownSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { readSnapshot } from '../../../src/os/snapshot.ts';
import type { Rename } from '../../../src/setup/replace-file.ts';
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

test('Where one cannot be written, those before it are put back: changed, made and removed ones.', async () => {
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
  await assert.rejects(writeFiles([...writes, impossible]), isRefused(/\/proc.*; nothing was changed$/));
  assert.deepEqual(readdirSync(temporary.path).toSorted(), ['changed', 'in-the-way', 'removed']);
  for (const name of ['changed', 'removed']) {
    const { bytes, mode } = readSnapshot(path(name)) ?? assert.fail(name);
    assert.deepEqual([bytes.toString(), mode], ['old', 0o640]);
  }
});

test('A file that another program has changed since it was read is not overwritten, and none of the others is written.', async () => {
  using temporary = folder();
  const [one, two] = [join(temporary.path, 'one'), join(temporary.path, 'two')];
  writeFileSync(two, 'read');
  const before = readSnapshot(two);
  writeFileSync(two, 'changed');
  const writes = [
    { path: one, before: undefined, after: Buffer.from('new') },
    { path: two, before, after: Buffer.from('new') },
  ];
  assert.equal(await writeFiles(writes), two);
  assert.deepEqual(readdirSync(temporary.path), ['two']);
  assert.equal(readFileSync(two, 'utf8'), 'changed');
});

describe('new content leaves the file', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const rows: readonly [string, number, number][] = [
    ["to another user, and to that user's group", 4_711, 4_712],
    ['to another group, where its owner writes it', 0, 4_712],
  ];
  for (const [what, uid, gid] of rows) {
    test(`${what}.`, async () => {
      using temporary = folder();
      const path = join(temporary.path, 'config.json');
      writeFileSync(path, 'old');
      chownSync(path, uid, gid);
      assert.equal(
        await writeFiles([{ path, before: readSnapshot(path), after: Buffer.from('new') }]),
        undefined,
      );
      const { uid: owner, gid: group } = statSync(path);
      assert.deepEqual([readFileSync(path, 'utf8'), owner, group], ['new', uid, gid]);
    });
  }
});

const login = (name: string) => `{"auths":{"${name}":{"auth":"x"}}}`;
const own = '{"credHelpers":{"h":"ecr-xacct"}}';

/** Writes as docker login does: a temporary file, and a rename. */
function rename(path: string, text: string): void {
  writeFileSync(`${path}.theirs`, text);
  renameSync(`${path}.theirs`, path);
}

const inPlace = (path: string, text: string) => writeFileSync(path, text);

/**
 * At the first rename, other programs write: one into the file just before, and with `over`, another over it just
 * after.
 */
function raced(path: string, into: string, over?: string): Rename {
  let renames = 0;
  return (from, to) => {
    renames += 1;
    if (renames === 1) inPlace(path, into);
    renameSync(from, to);
    if (renames === 1 && over !== undefined) rename(path, over);
  };
}

test('What another program writes into the file itself until the rename is put back, and found to be a change.', async () => {
  using temporary = folder();
  const path = join(temporary.path, 'config.json');
  writeFileSync(path, '{}');
  const late = raced(path, login('theirs'));
  const change = { path, before: readSnapshot(path), after: Buffer.from(own), kind: 'docker' as const };
  assert.equal(await writeFiles([change], late), path);
  assert.equal(readFileSync(path, 'utf8'), login('theirs'));
  assert.deepEqual(readdirSync(temporary.path), ['config.json']);
});

test('Where a third program writes on top of that, the logins of both are there, and of ours nothing.', async () => {
  using temporary = folder();
  const path = join(temporary.path, 'config.json');
  writeFileSync(path, '{}');
  const late = raced(path, login('one'), `{"auths":{"two":{"auth":"x"}},${own.slice(1)}`);
  const change = { path, before: readSnapshot(path), after: Buffer.from(own), kind: 'docker' as const };
  assert.equal(await writeFiles([change], late), path);
  const { auths, credHelpers } = JSON.parse(readFileSync(path, 'utf8'));
  assert.deepEqual(auths, { one: { auth: 'x' }, two: { auth: 'x' } });
  assert.deepEqual(credHelpers ?? {}, {});
  assert.deepEqual(readdirSync(temporary.path), ['config.json']);
});

test('What another program begins to write and never ends is kept beside the file, and the wait for it ends.', {
  timeout: 60_000,
}, async (t) => {
  t.mock.method(Math, 'random', () => 0);
  using temporary = folder();
  const path = join(temporary.path, 'config.json');
  writeFileSync(path, '{}');
  const late = raced(path, '{"auths":', login('theirs'));
  const change = { path, before: readSnapshot(path), after: Buffer.from(own), kind: 'docker' as const };
  await assert.rejects(
    writeFiles([change], late),
    isRefused(/config\.json is changed all the time by other programs; what one of them wrote is kept in /),
  );
  assert.equal(readFileSync(path, 'utf8'), login('theirs'));
  const [kept = ''] = readdirSync(temporary.path).filter((name) => name !== 'config.json');
  assert.equal(readFileSync(join(temporary.path, kept), 'utf8'), '{"auths":');
});

test('A file that another program makes meanwhile is not replaced.', async () => {
  using temporary = folder();
  const [one, two] = [join(temporary.path, 'one'), join(temporary.path, 'two')];
  writeFileSync(one, 'old');
  const writes = [
    { path: one, before: readSnapshot(one), after: Buffer.from('new') },
    { path: two, before: undefined, after: Buffer.from('new') },
  ];
  const late: Rename = (from, to) => {
    renameSync(from, to);
    if (to === one) writeFileSync(two, 'theirs');
  };
  assert.equal(await writeFiles(writes, late), two);
  assert.deepEqual(
    [one, two].map((path) => readFileSync(path, 'utf8')),
    ['old', 'theirs'],
  );
});

test('What is put back goes key by key into what another program has made of it, and else the error names it.', async () => {
  using temporary = folder();
  const [docker, yaml, last] = ['config.json', 'config.yaml', 'last'].map((name) =>
    join(temporary.path, name),
  );
  assert.ok(docker && yaml && last);
  for (const path of [docker, yaml, last]) writeFileSync(path, path === docker ? login('old') : 'old');
  const write = (path: string, after: string, kind: 'docker' | 'config') => ({
    ...{ path, before: readSnapshot(path), after: Buffer.from(after), kind },
  });
  const writes = [write(docker, own, 'docker'), write(yaml, 'new', 'config'), write(last, 'new', 'config')];
  let isLate = false;
  const late: Rename = (from, to) => {
    renameSync(from, to);
    if (to !== yaml || isLate) return;
    isLate = true;
    rename(docker, `{"auths":{"theirs":{"auth":"x"}},${own.slice(1)}`);
    rename(yaml, 'theirs');
    rename(last, 'theirs');
  };
  await assert.rejects(
    writeFiles(writes, late),
    isRefused(/last was changed by another program meanwhile; and could not put back \S*config\.yaml$/),
  );
  const { auths } = JSON.parse(readFileSync(docker, 'utf8'));
  assert.deepEqual(auths, { theirs: { auth: 'x' }, old: { auth: 'x' } });
  assert.equal(readFileSync(yaml, 'utf8'), 'theirs');
});
