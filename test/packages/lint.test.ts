// The checkers of Debian, RPM and man pages report nothing except listed findings.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BuiltPackages, builtPackages } from '../support/packages/built-packages.ts';
import { peer, skipWithout } from '../support/peers.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const skip = skipWithout('musl-gcc', 'rpmbuild', 'buildah', 'lintian', 'rpmlint', 'mandoc');

describe('the checkers of packages', { skip, timeout: 600_000 }, () => {
  let built: BuiltPackages;
  before(async () => {
    built = await builtPackages();
  });

  function check(program: string, args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
    return stdout;
  }

  test('lintian finds no error and no warning in the .deb.', () => {
    // lintian exits with an error even if all findings are overridden.
    const args = ['--allow-root', '--show-overrides', built.deb];
    const found = spawnSync(peer('lintian'), args, { encoding: 'utf8' }).stdout.trim().split('\n');
    assert.deepEqual(
      found.filter((line) => !/^[NO]:/.test(line)),
      [],
    );
    // Each override needs a finding; otherwise it is superfluous.
    for (const tag of [
      ...['statically-linked-binary', 'hardening-no-pie', 'embedded-library'],
      ...['executable-is-not-world-readable', 'non-standard-executable-perm'],
    ]) {
      assert.ok(
        found.some((line) => line.startsWith('O:') && line.includes(tag)),
        tag,
      );
    }
  });

  test('rpmlint finds no error and no warning in the .rpm.', () => {
    const found = check(peer('rpmlint'), ['--config', join(root, 'packaging/rpm/rpmlint.toml'), built.rpm]);
    assert.match(found, / 0 errors, 0 warnings/);
  });

  test('mandoc finds nothing in the man pages.', () => {
    const pages = [
      ...['man1/docker-credential-ecr-xacct.1', 'man1/ecr-xacct-credential-provider.1'],
      ...['man1/ecr-xacct.1', 'man5/ecr-xacct-config.5'],
    ];
    check(peer('mandoc'), [
      '-Tlint',
      '-Wwarning',
      ...pages.map((page) => join(built.tree, 'share/man', page)),
    ]);
  });

  test('The .deb depends on what its program needs, as dpkg-shlibdeps says.', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shlibdeps-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'debian'));
    writeFileSync(join(folder, 'debian', 'control'), 'Source: x\n\nPackage: x\nArchitecture: any\n');
    const program = join(built.tree, 'lib/docker-credential-ecr-xacct/ecr-xacct');
    const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
    const needed = execFileSync('dpkg-shlibdeps', ['-O', `-e${program}`], options).trim();
    const declared = execFileSync('dpkg-deb', ['--field', built.deb, 'Depends'], { encoding: 'utf8' }).trim();
    assert.equal(`shlibs:Depends=${declared}`, needed);
  });
});
