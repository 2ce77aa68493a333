// The repository for dnf: real dnf adds it and installs as docs/install.md says, and rejects changed files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Signer } from '../../scripts/package/gpg.ts';
import { buildRpmRepository, signRpms } from '../../scripts/package/rpm-repository.ts';
import { builtPackages, versions } from '../support/packages/built-packages.ts';
import { enterMachineCopy } from '../support/packages/debian-root.ts';
import type { EnteredRoot } from '../support/packages/entered-root.ts';
import {
  documentedSteps,
  makeSigner,
  type PackageHost,
  packageHosts,
  packagesUrl,
  servePackages,
} from '../support/packages/package-host.ts';
import { peer, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { isAsWritten } from '../support/product/sessions.ts';

const needs = ['namespaces', 'musl-gcc', 'rpmbuild', 'gpg', 'createrepo_c', 'dnf', 'curl', 'script'] as const;
const skip = skipWithout(...needs);
if (!skip) enterPrivateHosts(packageHosts);

/** An empty package that provides what Debian installed, because dnf does not know Debian's packages. */
function buildPlaceholder(folder: string, provides: readonly string[]): string {
  const spec = join(folder, 'placeholder.spec');
  const lines = ['Name: debian-placeholder', 'Version: 1', 'Release: 1', 'Summary: Debian', 'License: none'];
  const provided = provides.map((name) => `Provides: ${name}`);
  writeFileSync(
    spec,
    [...lines, 'BuildArch: noarch', ...provided, '%description', 'Debian', '%files', ''].join('\n'),
  );
  const defines = ['--define', `_topdir ${folder}/placeholder`, '--define', '_build_id_links none'];
  execFileSync(peer('rpmbuild'), ['-bb', '--quiet', ...defines, spec], { stdio: 'pipe' });
  return globSync(join(folder, 'placeholder', 'RPMS', '*', '*.rpm'))[0] ?? assert.fail();
}

describe('the repository for dnf', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let published: string;
  let rpm: string;
  let unsigned: string;
  let placeholder: string;
  let signer: Signer;
  let host: PackageHost;
  before(async () => {
    const built = await builtPackages();
    folder = mkdtempSync(join(tmpdir(), 'dnf-'));
    published = join(folder, 'web', 'rpm');
    rpm = join(folder, basename(built.rpm));
    unsigned = built.rpm;
    const requires = execFileSync(peer('rpm'), ['--query', '--package', '--requires', built.rpm], {
      encoding: 'utf8',
    });
    const foreign = requires
      .trim()
      .split('\n')
      .filter((name) => !name.startsWith('rpmlib('));
    placeholder = buildPlaceholder(folder, [...new Set(foreign)]);
    signer = makeSigner(join(folder, 'gpg'));
    copyFileSync(built.rpm, rpm);
    signRpms([rpm], signer);
    host = await servePackages(join(folder, 'web'));
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const publish = (packages: readonly string[], by = signer) => {
    rmSync(published, { recursive: true, force: true });
    buildRpmRepository({ packages, folder: published, url: `${packagesUrl}/rpm`, signer: by });
  };
  const enter = async () => {
    const root = await enterMachineCopy();
    await host.introduceTo(root);
    await root.succeed([
      'sh',
      '-c',
      `printf '#!/bin/sh\\nexec "$@"\\n' >/usr/local/bin/sudo; chmod +x /usr/local/bin/sudo`,
    ]);
    await root.succeed(['mkdir', '-p', '/etc/yum.repos.d']);
    await root.succeed(['rpm', '--install', placeholder]);
    return root;
  };
  const steps = documentedSteps('dnf');
  /** On a terminal, because otherwise dnf accepts no key. Answers yes to the key, twice, and to the installation. */
  const run = async (root: EnteredRoot, command = '') => {
    const { status, stdout } = await root.run(
      ['script', '--quiet', '--echo', 'never', '--return', '--command', command, '/dev/null'],
      {
        input: 'y\ny\ny\n',
        env: { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' },
      },
    );
    const printed = stdout
      .replaceAll('\r\n', '\n')
      .replace(/^[^\n]*\r/gm, '')
      .trimEnd();
    return { status, printed };
  };

  test('is added and installed from in two commands, as docs/install.md shows.', async () => {
    publish([rpm]);
    await using root = await enter();
    assert.equal(steps.length, 2);
    for (const { command, output } of steps) {
      const { status, printed } = await run(root, command);
      assert.equal(status, 0, printed);
      assert.ok(isAsWritten(output, printed), `$ ${command}\n${printed}`);
    }
    const { stdout } = await root.succeed(['/usr/bin/docker-credential-ecr-xacct', 'version']);
    assert.ok(stdout.trimEnd().endsWith(` ${versions.current}`), stdout);
  });

  /** Changes one byte, in the middle. */
  const corrupt = (file: string) => {
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };
  const changes: readonly [string, () => void, RegExp][] = [
    ['a package was changed', () => corrupt(join(published, basename(rpm))), /checksum doesn't match/i],
    [
      'the index was changed',
      () => corrupt(join(published, 'repodata', 'repomd.xml')),
      /Error: Failed to download metadata .*Bad GPG signature/,
    ],
    ['a package is not signed', () => publish([unsigned]), /is not signed/],
    [
      'another key signed it all',
      () => {
        const key = readFileSync(join(published, 'key.asc'));
        publish([rpm], makeSigner(join(folder, 'another-gpg')));
        writeFileSync(join(published, 'key.asc'), key);
      },
      /Error: Failed to download metadata .*Bad GPG signature/,
    ],
  ];
  for (const [what, change, message] of changes) {
    test(`is refused where ${what}.`, async () => {
      publish([rpm]);
      change();
      await using root = await enter();
      const said = [];
      for (const { command } of steps) said.push(await run(root, command));
      assert.match(said.map(({ printed }) => printed).join('\n'), message);
      assert.notEqual(said.at(-1)?.status, 0);
      assert.notEqual((await root.run(['test', '-e', '/usr/bin/docker-credential-ecr-xacct'])).status, 0);
    });
  }
});
