// Assembles a release of packages that were built elsewhere, by the command of release.yml, in a checkout of a tag.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageNames } from '../../scripts/package/package-target.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { VERSION } from '../../scripts/project.ts';
import { builtPackages } from '../support/packages/built-packages.ts';
import { makeSigner, packagesUrl } from '../support/packages/package-host.ts';
import { peer, skipWithout } from '../support/peers.ts';

const root = join(import.meta.dirname, '..', '..');
const skip = skipWithout('musl-gcc', 'rpmbuild', 'gpg', 'apt-ftparchive', 'createrepo_c');
const CHECKOUT = ['packaging', 'scripts', 'src', 'package.json', 'package-lock.json', 'README.md', 'LICENSE'];
const names = Object.values(TARGETS).flatMap((target) => packageNames(target, VERSION));

describe('a release of packages that were built elsewhere', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let release: string;
  let gpg: (...args: readonly string[]) => void;
  before(async () => {
    const { deb, rpm } = await builtPackages();
    folder = mkdtempSync(join(tmpdir(), 'assemble-'));
    const checkout = join(folder, 'checkout');
    makeCheckout(checkout);
    const packages = join(folder, 'packages');
    mkdirSync(packages);
    for (const name of names) {
      if (name.endsWith('.deb')) copyFileSync(deb, join(packages, name));
      else if (name.endsWith('.rpm')) copyFileSync(rpm, join(packages, name));
      else writeFileSync(join(packages, name), name);
    }
    const { home, key } = makeSigner(join(folder, 'gpg'));
    gpg = (...args) => execFileSync(peer('gpg'), ['--homedir', home, ...args], { stdio: 'pipe' });
    release = join(folder, 'release');
    const options = ['--packages', packages, '--output', release, '--tag', `v${VERSION}`];
    const urls = ['--base-url', 'https://downloads.example/v1', '--repositories', packagesUrl, '--key', key];
    const script = join(checkout, 'scripts', 'release.ts');
    execFileSync(process.execPath, [script, ...options, ...urls, '--answers', answers()], {
      cwd: checkout,
      env: { ...process.env, GNUPGHOME: home },
      stdio: 'pipe',
    });
  });
  after(() => {
    execFileSync('gpgconf', ['--homedir', join(folder, 'gpg'), '--kill', 'gpg-agent']);
    rmSync(folder, { recursive: true });
  });

  /** A clean checkout whose changelog has the version. */
  function makeCheckout(checkout: string): void {
    for (const path of CHECKOUT) cpSync(join(root, path), join(checkout, path), { recursive: true });
    const changelog = `# Changelog\n\n## [${VERSION}] - 2026-11-30\n\n- All of it.\n`;
    writeFileSync(join(checkout, 'CHANGELOG.md'), changelog);
    writeFileSync(join(checkout, '.gitignore'), 'dist/\nnode_modules\n');
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    const who = ['-c', 'user.name=r', '-c', 'user.email=r@r'];
    for (const args of [['init'], ['add', '.'], [...who, 'commit', '--message', 'release']]) {
      execFileSync('git', args, { cwd: checkout, stdio: 'pipe' });
    }
  }

  /** A file of npm registry answers in which the pinned Node versions are the newest. */
  function answers(): string {
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const said = Object.entries<string>(optionalDependencies).map(([name, version]) => [
      name,
      { versions: [version], time: { [version]: '2026-11-30T00:00:00Z' } },
    ]);
    writeFileSync(join(folder, 'answers.json'), JSON.stringify(Object.fromEntries(said)));
    return join(folder, 'answers.json');
  }

  test('has all of them, what is made of them, and checksums of what is published.', () => {
    const made = ['docker-credential-ecr-xacct.json', 'docker-credential-ecr-xacct.rb', 'RELEASE-NOTES.md'];
    const all = [...names, ...made, `docker-credential-ecr-xacct-${VERSION}.tgz`];
    assert.deepEqual(readdirSync(release).toSorted(), [...all, 'SHA256SUMS', 'repositories'].toSorted());
    const sums = readFileSync(join(release, 'SHA256SUMS'), 'utf8');
    assert.equal(sums.trimEnd().split('\n').length, all.length);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet'], { cwd: release, input: sums });
  });

  test('has repositories with a signature, of the very files that are downloaded.', () => {
    const at = (path: string) => join(release, 'repositories', path);
    gpg('--verify', at('apt/dists/stable/InRelease'));
    gpg('--verify', at('apt/dists/stable/Release.gpg'), at('apt/dists/stable/Release'));
    gpg('--verify', at('rpm/repodata/repomd.xml.asc'), at('rpm/repodata/repomd.xml'));
    for (const [kind, path] of [
      ['.deb', 'apt/pool/main'],
      ['.rpm', 'rpm'],
    ] as const) {
      const files = names.filter((name) => name.endsWith(kind));
      assert.equal(files.length, 2);
      for (const name of files) {
        assert.ok(readFileSync(join(at(path), name)).equals(readFileSync(join(release, name))), name);
      }
    }
    const rpm = names.find((name) => name.endsWith('.x86_64.rpm')) ?? '';
    const query = ['--query', '--package', '--nosignature', '--queryformat', '%{RSAHEADER:pgpsig}'];
    const signature = execFileSync(peer('rpm'), [...query, join(release, rpm)], { encoding: 'utf8' });
    assert.match(signature, /^RSA\/SHA/);
    assert.match(
      readFileSync(at('apt/ecr-xacct.sources'), 'utf8'),
      new RegExp(`^URIs: ${packagesUrl}/apt$`, 'm'),
    );
    assert.match(
      readFileSync(at('rpm/ecr-xacct.repo'), 'utf8'),
      new RegExp(`^baseurl=${packagesUrl}/rpm$`, 'm'),
    );
  });
});
