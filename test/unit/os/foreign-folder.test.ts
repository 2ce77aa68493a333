// When root would write into another user's folder, and the message then.
import assert from 'node:assert/strict';
import { chownSync, mkdtempDisposableSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import { foreignOwner, refuseForeign } from '../../../src/os/foreign-folder.ts';

const FOLDERS: Readonly<Record<string, { uid: number; mode: number }>> = {
  '/': { uid: 0, mode: 0o755 },
  '/tmp': { uid: 0, mode: 0o1777 },
  '/scratch': { uid: 99, mode: 0o1777 },
  '/shared': { uid: 99, mode: 0o777 },
  '/root': { uid: 0, mode: 0o700 },
  '/home/dev': { uid: 1000, mode: 0o755 },
  '/home/dev/.local': { uid: 0, mode: 0o700 },
  '/srv/app': { uid: 1001, mode: 0o750 },
  '/srv/app/home': { uid: 0, mode: 0o770 },
};

const ask = (path: string, home: string | undefined, uid: number | undefined = 0) =>
  foreignOwner(path, home, { uid, look: (folder) => FOLDERS[folder] });

describe('root is in a folder of another user', () => {
  const rows: [string, string, string | undefined, number | undefined][] = [
    ['that is its HOME', '/home/dev/.config/ecr-xacct/config.yaml', '/home/dev', 1000],
    ['that a variable names', '/home/dev/.config/ecr-xacct/config.yaml', '/root', 1000],
    ['also below what root has made there', '/home/dev/.local/state/daemon.log', '/home/dev', 1000],
    ['also where HOME ends in a slash', '/home/dev/.local/state/daemon.log', '/home/dev/', 1000],
    ['where every user may write without a sticky bit', '/shared/file', undefined, 99],
    ['but not in its own', '/root/.config/ecr-xacct/config.yaml', '/root', undefined],
    ['but not in /tmp', '/tmp/ecr-xacct-0/daemon.sock', '/home/dev', undefined],
    ["but not in another system's /tmp", '/scratch/a/b', '/scratch', undefined],
    ['but not in a home that is not there', '/nowhere/.config/file', '/nowhere', undefined],
    ['but not in a folder of its own within', '/srv/app/home/.config/file', '/srv/app/home', undefined],
  ];
  for (const [what, path, home, owner] of rows) {
    test(`(${what}): ${path}`, () => assert.equal(ask(path, home), owner));
  }
});

test('Any other user, one of a container with an arbitrary ID too, makes what the rights allow.', () => {
  for (const uid of [1000, 1000650000, undefined]) {
    assert.equal(
      foreignOwner('/srv/app/x', '/srv/app', { uid, look: (folder) => FOLDERS[folder] }),
      undefined,
    );
  }
});

describe('the refusal', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const words = ['ecr-xacct', 'setup', '--profile', 'my dev', '--yes'];
  const rows: [string, number, string][] = [
    ['by name', 1, "sudo -u daemon -- ecr-xacct setup --profile 'my dev' --yes"],
    [
      'by ID where the system has no name for it',
      4_711,
      "sudo -u '#4711' -- ecr-xacct setup --profile 'my dev' --yes",
    ],
  ];
  for (const [what, uid, run] of rows) {
    test(`has the whole command, to be run as that user, ${what}.`, () => {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'foreign-'));
      chownSync(folder.path, uid, uid);
      const path = join(folder.path, '.config/ecr-xacct/config.yaml');
      assert.throws(
        () => refuseForeign([{ path }], folder.path, words),
        (error: unknown) => {
          assert.ok(error instanceof XacctError && error.code === 'file-access');
          assert.equal(hintText(error.hint ?? assert.fail()), `as that user, run: ${run}`);
          return true;
        },
      );
    });
  }

  test('is for what a link leads to, too.', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'foreign-'));
    using own = mkdtempDisposableSync(join(tmpdir(), 'own-'));
    chownSync(folder.path, 4_711, 4_711);
    const link = join(own.path, 'config.json');
    symlinkSync(join(folder.path, 'config.json'), link);
    assert.throws(() => refuseForeign([{ path: link }], own.path, words), { code: 'file-access' });
  });
});
