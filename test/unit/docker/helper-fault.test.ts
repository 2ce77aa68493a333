// Whether Docker will find our program. If not, the command that fixes it, which is then run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { helperFault } from '../../../src/docker/helper-fault.ts';

const NAME = 'docker-credential-ecr-xacct';

/** A home with our program in `opt/bin`, and with an empty `bin` on PATH. */
function makeHome() {
  const folder = mkdtempDisposableSync(join(tmpdir(), "it's a home-"));
  const [own, bin] = [join(folder.path, 'opt/bin'), join(folder.path, 'bin')];
  for (const path of [own, bin]) mkdirSync(path, { recursive: true });
  writeFileSync(join(own, NAME), 'ours', { mode: 0o755 });
  const self = [join(folder.path, 'node'), join(folder.path, 'opt/lib/ecr-xacct.cjs')] as const;
  return {
    bin,
    own,
    fault: (...path: string[]) => helperFault(path.join(':'), folder.path, self),
    [Symbol.dispose]: () => folder.remove(),
  };
}

test('It is found as itself, by a link, and as a copy.', () => {
  using home = makeHome();
  assert.equal(home.fault(home.own), undefined);
  symlinkSync(join(home.own, NAME), join(home.bin, NAME));
  assert.equal(home.fault(home.bin), undefined);
  using other = makeHome();
  writeFileSync(join(other.bin, NAME), 'ours', { mode: 0o755 });
  assert.equal(other.fault(other.bin), undefined);
});

test('Where it is not on PATH, the command links it into a folder of the user that is.', () => {
  using home = makeHome();
  const { message, command } = home.fault('/nowhere', home.bin, '/usr/bin') ?? assert.fail();
  assert.match(
    message,
    /^Docker does not find docker-credential-ecr-xacct: it is in no folder of your PATH\.$/,
  );
  assert.match(command, /^ln -s /);
  execFileSync('/bin/sh', ['-c', command]);
  assert.equal(home.fault('/nowhere', home.bin), undefined);
});

test("Where no folder of PATH is the user's, it is one for all.", () => {
  using home = makeHome();
  assert.match(home.fault('/usr/bin')?.command ?? '', /ln -s '.*' \/usr\/local\/bin\/$/);
  assert.match(home.fault('')?.command ?? '', / \/usr\/local\/bin\/$/);
});

test('The current folder and relative ones do not count: Docker runs nothing from there.', () => {
  using home = makeHome();
  // A correct path from the current folder, so it is rejected only because it is relative.
  const way = relative(process.cwd(), home.own);
  for (const path of ['', '.', way]) assert.ok(home.fault(path), path);
});

test('One that is not executable is passed over where another is, and else to be made so.', () => {
  using home = makeHome();
  writeFileSync(join(home.bin, NAME), 'ours', { mode: 0o644 });
  assert.equal(home.fault(home.bin, home.own), undefined);
  const { message, command } = home.fault(home.bin) ?? assert.fail();
  assert.match(message, /it is not executable\.$/);
  execFileSync('/bin/sh', ['-c', command]);
  assert.equal(home.fault(home.bin), undefined);
});

test('Another program of that name is not ours.', () => {
  using home = makeHome();
  writeFileSync(join(home.bin, NAME), 'an older one', { mode: 0o755 });
  const { message, command } = home.fault(home.bin, home.own) ?? assert.fail();
  assert.match(
    message,
    /which is not the one that belongs to this ecr-xacct: .*\/opt\/bin\/docker-credential-ecr-xacct\.$/,
  );
  execFileSync('/bin/sh', ['-c', command]);
  assert.equal(home.fault(home.bin, home.own), undefined);
});

test('A script is not replaced by a link: its user wrote it, maybe as a wrapper of ours.', () => {
  using home = makeHome();
  const found = join(home.bin, NAME);
  writeFileSync(found, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  const { message, command } = home.fault(home.bin, home.own) ?? assert.fail();
  assert.ok(message.includes(found) && message.includes(join(home.own, NAME)), message);
  execFileSync('/bin/sh', ['-c', command], { env: { ...process.env, EDITOR: 'cat' }, stdio: 'ignore' });
  assert.equal(readFileSync(found, 'utf8'), '#!/bin/sh\nexit 3\n');
  assert.match(command, /^\$\{EDITOR:-vi\} '/);
});

test("Where a folder or a file is root's, the command says so.", {
  skip: process.getuid?.() !== 0 && 'needs root',
}, () => {
  using home = makeHome();
  for (const path of [dirname(home.bin), home.bin]) chmodSync(path, 0o755);
  const source = new URL('../../../src/docker/helper-fault.ts', import.meta.url).href;
  const self = [join(home.own, '../node'), join(home.own, '../lib/ecr-xacct.cjs')];
  const commandAt = (path: string) => {
    const call = `helperFault(${JSON.stringify(path)}, '/home/you', ${JSON.stringify(self)})`;
    const script = `const { helperFault } = await import(${JSON.stringify(source)}); console.log(${call}.command)`;
    const [uid, gid] = [65_534, 65_534];
    const args = ['--input-type=module', '--eval', script];
    return execFileSync(process.execPath, args, { uid, gid, encoding: 'utf8', cwd: '/' }).trim();
  };
  const found = join(home.bin, NAME);
  writeFileSync(found, 'another', { mode: 0o755 });
  assert.match(commandAt(home.bin), /^sudo ln -sf '/);
  chmodSync(found, 0o644);
  assert.match(commandAt(home.bin), /^sudo chmod \+x '/);
  chownSync(found, 65_534, 65_534);
  assert.match(commandAt(home.bin), /^chmod \+x '/);
  chmodSync(found, 0o755);
  chownSync(home.bin, 65_534, 65_534);
  assert.match(commandAt(home.bin), /^ln -sf '/);
});
