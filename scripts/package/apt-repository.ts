// The apt repository: static files for any web server, made by apt-ftparchive of Debian's apt-utils and signed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { clearSigned, detachedSignature, publicKey, type Signer } from './gpg.ts';

export interface Repository {
  /** Paths of the packages. */
  readonly packages: readonly string[];
  /** A new folder. */
  readonly folder: string;
  /** The URL at which the folder will be served, without a slash at the end. */
  readonly url: string;
  readonly signer: Signer;
}

/** Debian's names of the processors. */
const ARCHITECTURES = ['amd64', 'arm64'] as const;
const SUITE = 'stable';
const COMPONENT = 'main';
/** The file for /etc/apt/sources.list.d of a machine that installs from it. */
const SOURCES_FILE = 'ecr-xacct.sources';

/** Writes the repository. @throws Error from apt-ftparchive or gpg. */
export function buildAptRepository({ packages, folder, url, signer }: Repository): void {
  const archive = (...args: readonly string[]) =>
    execFileSync('apt-ftparchive', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const pool = join('pool', COMPONENT);
  mkdirSync(join(folder, pool), { recursive: true });
  for (const file of packages) copyFileSync(file, join(folder, pool, basename(file)));
  const suite = join('dists', SUITE);
  for (const architecture of ARCHITECTURES) {
    const index = join(folder, suite, COMPONENT, `binary-${architecture}`);
    mkdirSync(index, { recursive: true });
    const text = archive('--arch', architecture, 'packages', pool);
    writeFileSync(join(index, 'Packages'), text);
    writeFileSync(join(index, 'Packages.gz'), gzipSync(text, { level: 9 }));
  }
  const release = archive(...releaseFields(), 'release', suite);
  for (const [name, text] of [
    ['Release', release],
    ['InRelease', clearSigned(signer, release)],
    ['Release.gpg', detachedSignature(signer, release)],
  ] as const) {
    writeFileSync(join(folder, suite, name), text);
  }
  writeFileSync(join(folder, SOURCES_FILE), aptSources(url, publicKey(signer)));
}

function releaseFields(): string[] {
  const fields = {
    Origin: 'ecr-xacct',
    Label: 'ecr-xacct',
    Suite: SUITE,
    Codename: SUITE,
    Components: COMPONENT,
    Architectures: ARCHITECTURES.join(' '),
  };
  return Object.entries(fields).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
}

/**
 * See sources.list(5). The file includes the key. So a machine needs only this file, and trusts the key for this
 * repository alone.
 */
function aptSources(url: string, key: string): string {
  const lines = key.trimEnd().split('\n');
  const signedBy = lines.map((line) => ` ${line === '' ? '.' : line}\n`).join('');
  return `Types: deb\nURIs: ${url}\nSuites: ${SUITE}\nComponents: ${COMPONENT}\nSigned-By:\n${signedBy}`;
}
