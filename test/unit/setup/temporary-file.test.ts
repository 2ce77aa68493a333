// A later setup removes the temporary files of a killed one, and nothing else.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { removeLeftovers, temporaryPath } from '../../../src/setup/temporary-file.ts';

/** The ID of a process that has ended. */
function goneProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

test('Those of processes that are gone are removed, of this version and of earlier ones, and nothing that only looks so.', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'leftovers-'));
  const gone = goneProcess();
  const own = basename(temporaryPath(folder.path));
  const left = [`.ecr-xacct-${gone}.tmp`, `.ecr-xacct-${gone}-0123abcd.tmp`, own];
  const others = [
    'config.json',
    `.ecr-xacct-${gone}.tmp.bak`,
    `ecr-xacct-${gone}.tmp`,
    '.ecr-xacct-.tmp',
    `.ecr-xacct-${gone}-0123ABCD.tmp`,
  ];
  for (const name of [...left, ...others]) writeFileSync(join(folder.path, name), 'a login');
  mkdirSync(join(folder.path, `.ecr-xacct-${gone}-00000001.tmp`));
  symlinkSync('config.json', join(folder.path, `.ecr-xacct-${gone}-00000002.tmp`));
  linkSync(join(folder.path, 'config.json'), join(folder.path, `.ecr-xacct-${gone}-00000003.tmp`));
  removeLeftovers(folder.path);
  assert.deepEqual(
    readdirSync(folder.path).toSorted(),
    [...others, `.ecr-xacct-${gone}-00000001.tmp`, `.ecr-xacct-${gone}-00000002.tmp`].toSorted(),
  );
});

test('That of a setup, or of an edit of a rule, that runs stays; that of another program with its ID does not.', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'leftovers-'));
  const run = (...args: string[]) =>
    spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)', ...args]);
  const children = [run('setup', '--yes'), run('rule', 'add', '--yes'), run('other')];
  try {
    for (const child of children) await once(child.stdout, 'data');
    const [setup, rule, other] = children.map(({ pid }) => `.ecr-xacct-${pid}-0123abcd.tmp`);
    for (const name of [setup, rule, other]) writeFileSync(join(folder.path, name ?? ''), 'a login');
    removeLeftovers(folder.path);
    assert.deepEqual(
      readdirSync(folder.path).toSorted(),
      (process.platform === 'linux' ? [setup, rule] : [setup, rule, other]).toSorted(),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
});

test("Another user's is not this user's to remove.", {
  skip: process.getuid?.() !== 0 && 'needs root',
}, () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'leftovers-'));
  const path = join(folder.path, `.ecr-xacct-${goneProcess()}.tmp`);
  writeFileSync(path, 'a login');
  chownSync(path, 4_711, 4_711);
  removeLeftovers(folder.path);
  assert.deepEqual(readdirSync(folder.path), [basename(path)]);
});

test('A folder that is not there has none.', () => removeLeftovers('/nowhere/at/all'));
