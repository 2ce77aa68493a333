// The apt repository: real apt adds it, installs and upgrades as docs/install.md says, and rejects changed files.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildAptRepository } from '../../scripts/package/apt-repository.ts';
import type { Signer } from '../../scripts/package/gpg.ts';
import { VERSION } from '../../scripts/project.ts';
import { type BuiltPackages, builtPackages, versions } from '../support/packages/built-packages.ts';
import { enterDebianRoot } from '../support/packages/debian-root.ts';
import type { EnteredRoot } from '../support/packages/entered-root.ts';
import {
  documentedSteps,
  makeSigner,
  type PackageHost,
  packageHosts,
  packagesUrl,
  servePackages,
} from '../support/packages/package-host.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { isAsWritten } from '../support/product/sessions.ts';

const skip = skipWithout('namespaces', 'debian-root', 'musl-gcc', 'rpmbuild', 'apt-ftparchive', 'gpg');
if (!skip) enterPrivateHosts(packageHosts);

describe('the apt repository', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let published: string;
  let built: BuiltPackages;
  let signer: Signer;
  let host: PackageHost;
  before(async () => {
    built = await builtPackages();
    folder = mkdtempSync(join(tmpdir(), 'apt-'));
    published = join(folder, 'web', 'apt');
    signer = makeSigner(join(folder, 'gpg'));
    host = await servePackages(join(folder, 'web'));
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** Replaces the repository by one that has these packages. */
  const publish = (packages: readonly string[], by = signer) => {
    rmSync(published, { recursive: true, force: true });
    buildAptRepository({ packages, folder: published, url: `${packagesUrl}/apt`, signer: by });
  };
  const enter = async () => {
    const root = await enterDebianRoot();
    await host.introduceTo(root);
    // The Debian mirror in this file cannot be reached.
    await root.succeed(['rm', '/etc/apt/sources.list']);
    await root.succeed([
      'sh',
      '-c',
      `printf '#!/bin/sh\\nexec "$@"\\n' >/usr/bin/sudo; chmod +x /usr/bin/sudo`,
    ]);
    return root;
  };
  const [add, update, install] = documentedSteps('apt-get').map(({ command }) => command);
  const run = (root: EnteredRoot, command = '') =>
    root.run(['sh', '-c', `${command} 2>&1`], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  /** @returns the text on a terminal. */
  const succeed = async (root: EnteredRoot, command: string) => {
    const { status, stdout } = await run(root, command);
    assert.equal(status, 0, `$ ${command}\n${stdout}`);
    return stdout
      .replaceAll('\r\n', '\n')
      .replace(/^[^\n]*\r/gm, '')
      .trimEnd();
  };
  const version = async (root: EnteredRoot) =>
    (await root.run(['docker-credential-ecr-xacct', 'version'])).stdout.trim();

  test('is added and installed from in three commands, as docs/install.md shows, and upgraded from.', async () => {
    publish([built.olderDeb]);
    await using root = await enter();
    const steps = documentedSteps('apt-get');
    assert.equal(steps.length, 3);
    for (const { command, output } of steps) {
      const printed = (await succeed(root, command)).replaceAll(versions.older, VERSION);
      assert.ok(isAsWritten(output, printed), `$ ${command}\n${printed}`);
    }
    assert.match(await version(root), new RegExp(`\\b${versions.older}$`));
    const { stdout } = await root.succeed(['apt-cache', 'policy', 'docker-credential-ecr-xacct']);
    assert.ok(stdout.includes(`${packagesUrl}/apt stable/main amd64 Packages`), stdout);

    publish([built.deb]);
    await succeed(root, 'apt-get update');
    await succeed(root, 'apt-get upgrade --yes');
    assert.match(await version(root), new RegExp(`\\b${versions.current}$`));
  });

  /** Changes one byte, in the middle. */
  const corrupt = (path: string) => {
    const file = join(published, path);
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };
  const pool = (deb: string) => join('pool', 'main', deb.slice(deb.lastIndexOf('/') + 1));
  const changes: readonly [string, () => void, RegExp][] = [
    ['a package was changed', () => corrupt(pool(built.deb)), /Hash Sum mismatch/],
    [
      'an index was changed',
      () => corrupt('dists/stable/main/binary-amd64/Packages.gz'),
      /Hash Sum mismatch/,
    ],
    [
      'the list of indexes was changed',
      () => corrupt('dists/stable/InRelease'),
      /BADSIG|is not signed|not valid/,
    ],
    [
      'another key signed it all',
      () => {
        const sources = readFileSync(join(published, 'ecr-xacct.sources'));
        publish([built.deb], makeSigner(join(folder, 'another-gpg')));
        writeFileSync(join(published, 'ecr-xacct.sources'), sources);
      },
      /NO_PUBKEY|is not signed/,
    ],
  ];
  for (const [what, change, message] of changes) {
    test(`is refused where ${what}.`, async () => {
      publish([built.deb]);
      change();
      await using root = await enter();
      await run(root, add);
      const said = [await run(root, update), await run(root, install)];
      assert.match(said.map(({ stdout }) => stdout).join(''), message);
      assert.notEqual(said[1]?.status, 0);
      assert.notEqual((await root.run(['sh', '-c', 'command -v docker-credential-ecr-xacct'])).status, 0);
    });
  }
});
