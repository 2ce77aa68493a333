// The repository for dnf: static files for any web server, made by createrepo_c and signed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram } from '../../src/os/find-program.ts';
import type { Repository } from './apt-repository.ts';
import { detachedSignature, publicKey, type Signer } from './gpg.ts';

/** Signs packages in place: dnf checks the signature of each package, too. @throws Error from rpmsign. */
export function signRpms(files: readonly string[], { home, key }: Signer): void {
  // Debian's rpm looks for a program named gpg2.
  const macros = {
    __gpg: findProgram('gpg', process.env.PATH)?.path ?? 'gpg',
    _gpg_name: key,
    _gpg_path: home,
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  execFileSync('rpmsign', [...defines, '--addsign', ...files], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Writes the repository, of signed packages. @throws Error from createrepo_c or gpg. */
export function buildRpmRepository({ packages, folder, url, signer }: Repository): void {
  mkdirSync(folder, { recursive: true });
  for (const file of packages) copyFileSync(file, join(folder, basename(file)));
  const options = ['--quiet', '--no-database'];
  execFileSync('createrepo_c', [...options, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const index = join(folder, 'repodata', 'repomd.xml');
  writeFileSync(`${index}.asc`, detachedSignature(signer, readFileSync(index)));
  writeFileSync(join(folder, 'key.asc'), publicKey(signer));
  writeFileSync(join(folder, 'ecr-xacct.repo'), dnfRepository(url));
}

/** The file for /etc/yum.repos.d of a machine that installs from it: see dnf.conf(5). */
function dnfRepository(url: string): string {
  const settings = {
    name: 'ecr-xacct',
    baseurl: url,
    enabled: '1',
    gpgcheck: '1',
    repo_gpgcheck: '1',
    gpgkey: `${url}/key.asc`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  return `[ecr-xacct]\n${lines.join('')}`;
}
