// What a release says of its files: the changelog that it wants, checksums, and the manifests of package managers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { changelogEntry } from '../../scripts/changelog.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { checkCleanTree, checksums, manifests } from '../../scripts/release.ts';
import { peer, skipWithout } from '../support/peers.ts';

const VERSION = '1.2.3';
const BASE_URL = 'https://downloads.example/1.2.3';

/** An archive of each target, with a text of its own. */
function makeArchives() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'release-'));
  const files = Object.keys(TARGETS).map((name) =>
    join(
      folder.path,
      `docker-credential-ecr-xacct-${VERSION}-${name}${name === 'win-x64' ? '.zip' : '.tar.gz'}`,
    ),
  );
  for (const file of files) writeFileSync(file, file);
  const sha256 = (target: string) => {
    const file = files.find((path) => path.includes(target)) ?? assert.fail(target);
    return execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
  };
  return { folder: folder.path, files, sha256, [Symbol.dispose]: () => folder.remove() };
}

function manifest(name: string, files: readonly string[]): string {
  const text = manifests(`${BASE_URL}/`, VERSION, files).get(name) ?? assert.fail(`there is no ${name}`);
  assert.doesNotMatch(text, /@[A-Z\d]+@/, 'a placeholder is left');
  return text;
}

describe('the changelog', () => {
  const entry = '## [1.2.3] - 2026-11-26\n\n### Added\n\n- A thing.\n';
  test('is good where it says what changed, and when', () => {
    const changelog = `# Changelog\n\n## [Unreleased]\n\n${entry}\n## [1.2.2] - 2026-01-01\n\n- Another.\n`;
    const expected = { date: '2026-11-26', text: '### Added\n\n- A thing.' };
    assert.deepEqual(changelogEntry(changelog, VERSION), expected);
  });

  const refused: Readonly<Record<string, [string, RegExp]>> = {
    'has no section of the version': [
      '## [1.2.2] - 2026-01-01\n\n- A thing.\n',
      /1\.2\.3; under the headline/,
    ],
    'has no date': ['## [1.2.3]\n\n- A thing.\n', /"## \[1\.2\.3\] - YYYY-MM-DD"/],
    'has an empty section': ['## [1.2.3] - 2026-11-26\n\n### Added\n', /nothing is said below/],
    'has something unreleased': [`## [Unreleased]\n\n- More.\n\n${entry}`, /move them to \[1\.2\.3\]/],
  };
  for (const [what, [changelog, message]] of Object.entries(refused)) {
    test(`is refused where it ${what}`, () => {
      assert.throws(() => changelogEntry(changelog, VERSION), { message });
    });
  }

  test('of this project has the version of package.json', () => {
    const own = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', name), 'utf8');
    const { version } = JSON.parse(own('package.json')) as { version: string };
    assert.match(changelogEntry(own('CHANGELOG.md'), version).date, /^\d{4}-\d{2}-\d{2}$/);
  });
});

test('A work tree with changes is not released.', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'release-'));
  execFileSync('git', ['init', '--quiet', folder.path]);
  checkCleanTree(folder.path);
  writeFileSync(join(folder.path, 'new'), '');
  assert.throws(() => checkCleanTree(folder.path), { message: /not committed;.*\n\?\? new\n$/ });
});

test('The checksums are as sha256sum wants them.', () => {
  using archives = makeArchives();
  const text = checksums(archives.files);
  writeFileSync(join(archives.folder, 'SHA256SUMS'), text);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: archives.folder });
  const names = text
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(66));
  assert.deepEqual(names, names.toSorted());
});

test('The formula is Ruby, and has the address and hash of each archive.', {
  skip: skipWithout('ruby'),
}, () => {
  using archives = makeArchives();
  const text = manifest('docker-credential-ecr-xacct.rb', archives.files);
  execFileSync(peer('ruby'), ['-c'], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
  for (const target of ['darwin-arm64', 'linux-x64', 'linux-arm64']) {
    const url = `${BASE_URL}/docker-credential-ecr-xacct-${VERSION}-${target}.tar.gz`;
    assert.ok(
      text.replace(/\n +/g, '\n').includes(`url "${url}"\nsha256 "${archives.sha256(target)}"\n`),
      target,
    );
  }
});

test("Scoop's manifest has the address and hash of the zip, and names the front that Docker looks for.", () => {
  using archives = makeArchives();
  const { version, architecture, bin } = JSON.parse(
    manifest('docker-credential-ecr-xacct.json', archives.files),
  );
  assert.equal(version, VERSION);
  const url = `${BASE_URL}/docker-credential-ecr-xacct-${VERSION}-win-x64.zip`;
  assert.deepEqual(architecture, { '64bit': { url, hash: archives.sha256('win-x64') } });
  assert.deepEqual(bin, ['ecr-xacct.exe', ['ecr-xacct.exe', 'docker-credential-ecr-xacct', 'helper']]);
});

test('A manifest is made only where all of its archives are.', () => {
  using archives = makeArchives();
  const files = archives.files.filter((file) => !file.includes('linux-arm64'));
  assert.deepEqual([...manifests(BASE_URL, VERSION, files).keys()], ['docker-credential-ecr-xacct.json']);
});

test('The launchd agent is a property list that starts the daemon again only after a failure.', {
  skip: skipWithout('python3'),
}, () => {
  const file = join(import.meta.dirname, '..', '..', 'packaging', 'launchd', 'ecr-xacct.daemon.plist');
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  const agent = JSON.parse(execFileSync(peer('python3'), ['-c', script, file], { encoding: 'utf8' }));
  assert.deepEqual(agent, {
    Label: 'ecr-xacct.daemon',
    ProgramArguments: ['@BINDIR@/ecr-xacct', 'daemon', 'run'],
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    SoftResourceLimits: { Core: 0 },
    HardResourceLimits: { Core: 0 },
    Umask: 0o077,
  });
});
