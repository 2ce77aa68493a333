// The published files: a changelog with the version, checksums, and manifests that Homebrew, Scoop and launchd accept.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changelogEntry } from '../../scripts/changelog.ts';
import { sourceDateEpoch } from '../../scripts/package/epoch.ts';
import { checkTools, packageNames } from '../../scripts/package/package-target.ts';
import { TARGETS, type TargetName } from '../../scripts/package/targets.ts';
import { HOMEPAGE, VERSION } from '../../scripts/project.ts';
import {
  checkCleanTree,
  checksums,
  checkTag,
  checkVersion,
  collectPackages,
  manifests,
} from '../../scripts/release.ts';
import { peer, skipWithout } from '../support/peers.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const BASE = 'https://downloads.example/v1';

describe('the changelog', () => {
  const sections = (...texts: readonly string[]) => `# Changelog\n\n${texts.join('\n\n')}\n`;

  test('says what changed in the version of package.json, or that nothing is released yet.', () => {
    const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    assert.ok(text.includes('## [Unreleased]') || changelogEntry(text, VERSION).text !== '');
  });

  test('has an entry with its date and its text.', () => {
    const text = sections('## [1.1.0] - 2026-11-26\n\n### Added\n\n- b', '## [1.0.0] - 2026-01-01\n\n- a');
    assert.deepEqual(changelogEntry(text, '1.1.0'), { date: '2026-11-26', text: '### Added\n\n- b' });
    assert.deepEqual(changelogEntry(text, '1.0.0'), { date: '2026-01-01', text: '- a' });
    assert.equal(
      changelogEntry(sections('## [Unreleased]', '## [1.0.0] - 2026-01-01\n\n- a'), '1.0.0').text,
      '- a',
    );
  });

  const refused: readonly [string, string, RegExp][] = [
    [
      'without a section',
      sections('## [1.0.0] - 2026-01-01\n\n- a'),
      /does not say what changed in 1\.1\.0; under the headline "## \[1\.1\.0\] - YYYY-MM-DD"/,
    ],
    ['without a date', sections('## [1.1.0]\n\n- a'), /"## \[1\.1\.0\] - YYYY-MM-DD", say it$/],
    [
      'without a text',
      sections('## [1.1.0] - 2026-01-01\n\n### Added'),
      /nothing is said below "## \[1\.1\.0\] - 2026-01-01"$/,
    ],
    [
      'with more that is unreleased',
      sections('## [Unreleased]\n\n- c', '## [1.1.0] - 2026-01-01\n\n- a'),
      /under \[Unreleased\], which 1\.1\.0 would have, too; move them to \[1\.1\.0\], or raise/,
    ],
  ];
  for (const [what, text, message] of refused) {
    test(`is refused ${what}, with what to do.`, () => {
      assert.throws(() => changelogEntry(text, '1.1.0'), { message });
    });
  }
});

describe('a release', () => {
  test('is not made of what is not committed.', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'release-'));
    t.after(() => rmSync(folder, { recursive: true }));
    execFileSync('git', ['init', '--quiet', folder]);
    checkCleanTree(folder);
    writeFileSync(join(folder, 'new'), '');
    assert.throws(() => checkCleanTree(folder), { message: /not committed;.*\n\?\? new\n$/ });
  });

  function archives(t: { after: (fn: () => void) => void }): { folder: string; files: string[] } {
    const folder = mkdtempSync(join(tmpdir(), 'release-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const files = Object.values(TARGETS).map(({ name, pkg }) =>
      join(folder, `docker-credential-ecr-xacct-1.2.3-${name}.${pkg.platform === 'win' ? 'zip' : 'tar.gz'}`),
    );
    for (const file of files) writeFileSync(file, `archive ${file.length}${file}`);
    return { folder, files };
  }

  test('has checksums that sha256sum takes, sorted by name.', (t) => {
    const { folder, files } = archives(t);
    const text = checksums(files.toReversed());
    const names = text
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
    assert.deepEqual(names, names.toSorted());
    execFileSync('sha256sum', ['--check', '--strict', '--quiet'], { cwd: folder, input: text });
    writeFileSync(files[0] ?? '', 'another');
    assert.notEqual(spawnSync('sha256sum', ['--check', '--status'], { cwd: folder, input: text }).status, 0);
  });

  test("has Scoop's manifest and Homebrew's formula, with the files' addresses and hashes.", {
    skip: skipWithout('ruby'),
  }, (t) => {
    const { folder, files } = archives(t);
    const made = manifests(BASE, '1.2.3', files);
    const hashOf = (name: string) => {
      const line = checksums(files)
        .split('\n')
        .find((one) => one.includes(`-${name}.`));
      return line?.slice(0, 64) ?? assert.fail(name);
    };
    const scoop = JSON.parse(made.get('docker-credential-ecr-xacct.json') ?? '');
    assert.deepEqual(scoop.architecture['64bit'], {
      url: `${BASE}/docker-credential-ecr-xacct-1.2.3-win-x64.zip`,
      hash: hashOf('win-x64'),
    });
    assert.equal(scoop.architecture.arm64.hash, hashOf('win-arm64'));
    assert.equal(scoop.homepage, HOMEPAGE);
    assert.deepEqual(scoop.bin, [
      'ecr-xacct.exe',
      ['ecr-xacct.exe', 'docker-credential-ecr-xacct', 'helper'],
    ]);

    const formula = made.get('docker-credential-ecr-xacct.rb') ?? '';
    assert.doesNotMatch(formula, /@[A-Z0-9]+@/);
    assert.ok(formula.includes(`homepage "${HOMEPAGE}"\n`));
    for (const name of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64']) {
      assert.ok(formula.includes(`url "${BASE}/docker-credential-ecr-xacct-1.2.3-${name}.tar.gz"\n`), name);
      assert.ok(formula.includes(`sha256 "${hashOf(name)}"\n`), name);
    }
    writeFileSync(join(folder, 'formula.rb'), formula);
    execFileSync(peer('ruby'), ['-c', join(folder, 'formula.rb')], { stdio: 'ignore' });
  });

  test('is of the tag that its version has, and of no other.', () => {
    checkTag('v1.2.3', '1.2.3');
    assert.throws(() => checkTag('v1.2.4', '1.2.3'), {
      message: "the tag v1.2.4 is not that of package.json's version; the tag is v1.2.3",
    });
  });

  test('is of three numbers: a pre-release would come after its release.', () => {
    checkVersion('1.2.3');
    assert.throws(() => checkVersion('1.2.3-rc.1'), {
      message: "package.json's version is 1.2.3-rc.1; a release has three numbers, such as 1.2.0",
    });
  });

  test('takes packages that were built elsewhere, each target of its own, and all of them.', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'release-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const [from, output] = [join(folder, 'packages'), join(folder, 'release')];
    for (const one of [from, output]) mkdirSync(one);
    const names = Object.values(TARGETS).flatMap((target) => packageNames(target, '1.2.3'));
    assert.equal(names.length, 16);
    for (const name of [...names, 'something-else']) writeFileSync(join(from, name), name);
    const files = collectPackages(from, output, '1.2.3');
    assert.deepEqual(
      files.toSorted(),
      readdirSync(output)
        .map((name) => join(output, name))
        .toSorted(),
    );
    assert.deepEqual(
      files.map((file) => readFileSync(file, 'utf8')),
      names,
    );
    manifests(BASE, '1.2.3', files);
    rmSync(join(from, 'docker-credential-ecr-xacct_1.2.3_arm64.deb'));
    assert.throws(() => collectPackages(from, output, '1.2.3'), {
      message: `${from} lacks docker-credential-ecr-xacct_1.2.3_arm64.deb`,
    });
  });

  test('brings its formula and its manifest into the repository that is tap and bucket, once.', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tap-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const at = (name: string) => join(folder, name);
    const who = {
      GIT_AUTHOR_NAME: 'r',
      GIT_AUTHOR_EMAIL: 'r@r',
      GIT_COMMITTER_NAME: 'r',
      GIT_COMMITTER_EMAIL: 'r@r',
    };
    const env = { ...process.env, ...who, HOME: folder };
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe', env });
    git('init', '--quiet', '--bare', '--initial-branch=main', at('tap.git'));
    git('clone', '--quiet', at('tap.git'), at('tap'));
    mkdirSync(at('release'));
    for (const [name, text] of manifests(BASE, '1.2.3', archives(t).files))
      writeFileSync(join(at('release'), name), text);
    const publish = () =>
      execFileSync(join(root, 'scripts', 'publish-manifests'), [at('release'), at('tap'), '1.2.3'], {
        encoding: 'utf8',
        env,
      });
    assert.equal(publish(), 'publish-manifests: pushed 1.2.3.\n');
    assert.equal(publish(), 'publish-manifests: 1.2.3 is there already.\n');
    assert.deepEqual(git('-C', at('tap.git'), 'ls-tree', '-r', '--name-only', 'main').trim().split('\n'), [
      'Formula/docker-credential-ecr-xacct.rb',
      'bucket/docker-credential-ecr-xacct.json',
    ]);
    assert.equal(
      git('-C', at('tap.git'), 'log', '--format=%s', 'main'),
      'docker-credential-ecr-xacct 1.2.3\n',
    );
  });

  test('lacks an archive: said so, and no manifest is made.', (t) => {
    const { files } = archives(t);
    assert.throws(() => manifests(BASE, '1.2.3', files.slice(1)), {
      message: 'there is no archive of linux-x64',
    });
  });

  test('The agent for macOS is a property list, and closes what it makes to others.', () => {
    const plist = join(root, 'packaging/launchd/ecr-xacct.daemon.plist');
    const script = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
    const agent = JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, plist], { encoding: 'utf8' }));
    assert.deepEqual(agent.ProgramArguments, ['@BINDIR@/ecr-xacct', 'daemon', 'run']);
    assert.deepEqual([agent.Umask, agent.HardResourceLimits], [0o77, { Core: 0 }]);
  });
});

describe('the scripts that package and release', () => {
  const run = (script: string, ...args: readonly string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts', script), ...args], { encoding: 'utf8', cwd: root });

  const wrong: readonly [string, readonly string[], number, RegExp][] = [
    [
      'package.ts',
      ['--target', 'amiga'],
      2,
      /^package: --target amiga: it must be one of linux-x64, linux-arm64, darwin-arm64, darwin-x64, win-x64, win-arm64\n$/,
    ],
    ['package.ts', ['--fast'], 2, /^package: Unknown option '--fast'/],
    ['package.ts', ['--tree', root], 2, /^package: --tree .*: it is there already; name a new folder\n$/],
    [
      'release.ts',
      [],
      1,
      /^release: --base-url is needed: where the files will be downloaded from, such as https:/,
    ],
    ['release.ts', ['--base-url', 'http://plain.example'], 1, /^release: --base-url is needed/],
    [
      'release.ts',
      ['--base-url', BASE, '--output', join(root, 'src')],
      1,
      /^release: .*src is not empty; remove it, or name another folder/,
    ],
    [
      'release.ts',
      ['--base-url', BASE, '--repositories', 'https://packages.example'],
      1,
      /^release: --repositories and --key belong together: /,
    ],
    [
      'release.ts',
      ['--base-url', BASE, '--output', 'none', '--tag', 'v0'],
      1,
      /^release: the tag v0 is not that of/,
    ],
  ];
  for (const [script, args, status, message] of wrong) {
    test(`${script} ${args.join(' ').replaceAll(root, '.')} is refused, with what to write instead.`, () => {
      const ran = run(script, ...args);
      assert.match(ran.stderr, message);
      assert.equal(ran.status, status);
    });
  }

  test('Tools that are not there are named, before anything is built.', () => {
    const said = (name: TargetName) => {
      try {
        checkTools(TARGETS[name], '/nonexistent');
        return 'nothing';
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    };
    const remedy = 'on Debian, run: sudo scripts/install-test-peers';
    assert.equal(
      said('linux-x64'),
      `packaging linux-x64 needs tar, gzip, dpkg-deb, rpmbuild, buildah; ${remedy}`,
    );
    assert.equal(said('win-x64'), `packaging win-x64 needs zip; ${remedy}`);
    checkTools(TARGETS['darwin-arm64'], '/usr/bin:/bin');
  });

  test('Everything has the time of the commit, or the one that is given.', () => {
    assert.equal(sourceDateEpoch({ SOURCE_DATE_EPOCH: '1700000000' }), 1_700_000_000);
    assert.throws(
      () => sourceDateEpoch({ SOURCE_DATE_EPOCH: 'now' }),
      /SOURCE_DATE_EPOCH=now: it must be seconds since 1970/,
    );
    const commit = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
    assert.equal(sourceDateEpoch({}), Number(commit));
  });
});
