// `ecr-xacct setup` if it may not write: a clear error with the command that fixes it, and no partial change.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, lchownSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { makeProduct, type Product } from '../../support/product/product.ts';
import { AWS_ONE, CONFIG, DOCKER, makeSetupHome } from '../../support/unit/setup-home.ts';

const OTHER_USER = 65_534;
const isRoot = process.getuid?.() === 0;

/** Root may write everywhere, so the built program runs as another user. */
function asUser(command: readonly string[]): string[] {
  const drop = ['setpriv', `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'];
  return isRoot ? [...drop, ...command] : [...command];
}

function giveAway(folder: string): void {
  if (!isRoot) return;
  for (const path of ['.', ...globSync('**/*', { cwd: folder }), ...globSync('.*/**', { cwd: folder })]) {
    lchownSync(join(folder, path), OTHER_USER, OTHER_USER);
  }
}

/** The built program's setup in the HOME of a user who is not root. */
async function setupIn(home: string, product: Product) {
  giveAway(home);
  return product.run(asUser(['ecr-xacct', 'setup', '--yes']), { env: { HOME: home, USER: 'someone-else' } });
}

describe('a file or folder that may not be written', () => {
  const rows: { what: string; path: string; mode: number }[] = [
    { what: "Docker's config.json", path: DOCKER, mode: 0o400 },
    { what: "Docker's folder", path: dirname(DOCKER), mode: 0o500 },
    { what: 'config.yaml', path: CONFIG, mode: 0o400 },
    { what: 'the folder of config.yaml', path: dirname(CONFIG), mode: 0o500 },
  ];
  for (const { what, path, mode } of rows) {
    test(`(${what}) is an error, nothing is changed, and the command in it fixes it.`, async () => {
      await using product = await makeProduct({ url: 'http://127.0.0.1:1' });
      using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}', [CONFIG]: '# mine\n' });
      chmodSync(join(user.home, path), mode);
      const before = user.files();
      const { status, stderr } = await setupIn(user.home, product);
      assert.equal(status, 1);
      const command =
        /^ecr-xacct: the (?:file|folder) \S+ may not be written; nothing was changed\nTo fix it, run:\n {2}(.*)\n$/.exec(
          stderr,
        )?.[1];
      assert.equal(command, `chmod u+w ${join(user.home, path)}`);
      assert.deepEqual(user.files(), before);
      execFileSync('/bin/sh', ['-c', command ?? '']);
      assert.equal((await setupIn(user.home, product)).status, 0);
    });
  }

  test("(another user's) is an error that says how to get it back.", {
    skip: !isRoot && 'needs root',
  }, async () => {
    await using product = await makeProduct({ url: 'http://127.0.0.1:1' });
    using user = makeSetupHome({ '.aws/config': AWS_ONE, [DOCKER]: '{}' });
    giveAway(user.home);
    lchownSync(join(user.home, DOCKER), 0, 0);
    const { status, stderr } = await product.run(asUser(['ecr-xacct', 'setup', '--yes']), {
      env: { HOME: user.home },
    });
    assert.equal(status, 1);
    assert.ok(
      stderr.endsWith(`\nTo fix it, run:\n  sudo chown "$USER" ${join(user.home, DOCKER)}\n`),
      stderr,
    );
  });
});

test('Where the last file cannot be written, those before it are as they were.', async () => {
  // /proc takes no new files, not even from root.
  using user = makeSetupHome(
    { '.aws/config': AWS_ONE, [CONFIG]: '# mine\n' },
    { DOCKER_CONFIG: '/proc/ecr-xacct' },
  );
  const before = user.files();
  const { status, stderr } = await user.setup('--yes');
  assert.equal(status, 1);
  assert.match(stderr, /\/proc.*; nothing was changed\nTo fix it, run:\n {2}\S/);
  assert.deepEqual(user.files(), before);
});
