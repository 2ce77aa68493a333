// Tests which program is used as a credential helper, and that it is never one in the current folder.
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { findHelper } from '../../../../src/docker/fallback/find-helper.ts';
import { findProgram } from '../../../../src/os/find-program.ts';
import { makeHelperScripts } from '../../../support/helper-scripts.ts';

test('The first on PATH is found, by its absolute path and without following links.', async () => {
  await using scripts = await makeHelperScripts();
  const path = await scripts.write('other', 'exit 0');
  assert.equal(findHelper('other', `/nonexistent:${scripts.PATH}`), path);
  const first = join(scripts.folder, 'first');
  await mkdir(first);
  await symlink(path, join(first, 'docker-credential-other'));
  assert.equal(findHelper('other', `${first}:${scripts.PATH}`), join(first, 'docker-credential-other'));
});

test('What cannot be run is passed over: a folder, a file without the right, a link into nothing.', async () => {
  await using scripts = await makeHelperScripts();
  const path = await scripts.write('other', 'exit 0');
  const name = 'docker-credential-other';
  const at = (folder: string) => join(scripts.folder, folder);
  for (const folder of ['folder', 'file', 'link']) await mkdir(at(folder));
  await mkdir(join(at('folder'), name));
  await copyFile(path, join(at('file'), name));
  await chmod(join(at('file'), name), 0o644);
  await symlink('nowhere', join(at('link'), name));
  const before = ['folder', 'file', 'link'].map(at).join(':');
  assert.equal(findHelper('other', before), undefined);
  assert.equal(findHelper('other', `${before}:${scripts.PATH}`), path);
});

test('Nothing is found by an entry that is not absolute: a repository must not bring a helper of its own.', async () => {
  await using scripts = await makeHelperScripts();
  const path = await scripts.write('evil', 'exit 0');
  const bin = join(path, '..');
  const near = relative(process.cwd(), bin);
  assert.equal(findHelper('evil', bin), path);
  for (const PATH of ['', ':', '.', `:${near}`, near, `./${near}`, `~/${near}`]) {
    assert.equal(findHelper('evil', PATH), undefined, PATH);
  }
  assert.equal(findHelper('evil', undefined), undefined);
});

test('This program is known under every name, through any links.', async () => {
  await using scripts = await makeHelperScripts();
  const bin = join(await scripts.write('other', 'exit 0'), '..');
  for (const program of [
    'docker-credential-ecr-xacct',
    'ecr-xacct',
    'ecr-xacct.cjs',
    'Docker-Credential-ECR-xacct',
  ]) {
    const target = join(scripts.folder, program);
    await writeFile(target, '', { mode: 0o755 });
    const link = `${program.replaceAll('.', '-')}-linked`;
    await symlink(target, join(scripts.folder, link));
    await symlink(join(scripts.folder, link), join(bin, `docker-credential-${link}`));
    assert.equal(findHelper(link, bin), 'is-ours', program);
  }
});

test('On Windows it is the .exe: the rest of PATHEXT, only a shell can run.', async () => {
  await using scripts = await makeHelperScripts();
  await scripts.write('other', 'exit 0');
  assert.equal(findProgram('docker-credential-other', scripts.PATH, 'win32'), undefined);
  const exe = await scripts.write('other.exe', 'exit 0');
  assert.equal(findProgram('docker-credential-other', scripts.PATH, 'win32')?.path, exe);
});
