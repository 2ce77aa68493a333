// The Debian package, by dpkg-deb.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAINTAINER } from '../project.ts';
import { copySystemTree, filledTemplate, normalizeSystemTree } from './system-tree.ts';
import { PACKAGE } from './targets.ts';
import { gzipInPlace, normalize } from './tree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface SystemPackage {
  /** A tree from stageTree. */
  readonly tree: string;
  /** The folder that the package is written to. */
  readonly output: string;
  readonly version: string;
  /** The packager's name of the processor. */
  readonly architecture: string;
  /** Epoch seconds. */
  readonly epoch: number;
}

/** -3 gives 34 MB in 11 s, -6 a tenth less in 28 s. At most two threads; the bytes are the same with one. */
const SMALL = ['-Zxz', '-z3', '--threads-max=2'];

/** `compression`: options of dpkg-deb. @returns the path of the package. @throws Error from dpkg-deb. */
export function buildDeb(
  { tree, output, version, architecture, epoch }: SystemPackage,
  compression: readonly string[] = SMALL,
): string {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-deb-'));
  try {
    const folder = join(work, 'root');
    const usr = copySystemTree(tree, folder);
    followDebianPolicy(usr, version, epoch);
    normalizeSystemTree(folder, epoch);
    addControl(folder, { version, architecture });
    normalize(join(folder, 'DEBIAN'), epoch);
    const file = join(output, `${PACKAGE}_${version}_${architecture}.deb`);
    const options = ['--root-owner-group', ...compression];
    execFileSync('dpkg-deb', [...options, '--build', folder, file], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return file;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** https://www.debian.org/doc/debian-policy/ch-docs.html */
function followDebianPolicy(usr: string, version: string, epoch: number): void {
  const zsh = join(usr, 'share', 'zsh');
  renameSync(join(zsh, 'site-functions'), join(zsh, 'vendor-completions'));
  const doc = join(usr, 'share', 'doc', PACKAGE);
  // The licence is in /usr/share/common-licenses, to which the copyright file refers.
  rmSync(join(doc, 'LICENSE'));
  const date = new Date(epoch * 1_000);
  const values = { VERSION: version, MAINTAINER, YEAR: String(date.getUTCFullYear()), DATE: rfc5322(date) };
  for (const name of ['changelog', 'copyright']) {
    writeFileSync(join(doc, name), filledTemplate(`debian/${name}.in`, values));
  }
  gzipInPlace(['changelog', 'CHANGELOG.md', 'THIRD-PARTY-LICENSES'].map((name) => join(doc, name)));
  const overrides = join(usr, 'share', 'lintian', 'overrides');
  mkdirSync(overrides, { recursive: true });
  copyFileSync(join(root, 'packaging', 'debian', 'lintian-overrides'), join(overrides, PACKAGE));
}

/** Such as `Thu, 26 Nov 2026 09:00:00 +0000`. */
function rfc5322(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

function addControl(
  folder: string,
  { version, architecture }: Pick<SystemPackage, 'version' | 'architecture'>,
): void {
  const control = join(folder, 'DEBIAN');
  mkdirSync(control);
  const files = globSync('usr/**', { cwd: folder })
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .toSorted();
  const digest = (path: string) =>
    createHash('md5')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  const kilobytes = files.reduce(
    (sum, path) => sum + Math.ceil(statSync(join(folder, path)).size / 1_024),
    0,
  );
  const values = { VERSION: version, MAINTAINER, ARCHITECTURE: architecture, SIZE: String(kilobytes) };
  writeFileSync(join(control, 'control'), filledTemplate('debian/control.in', values));
  writeFileSync(join(control, 'md5sums'), files.map((path) => `${digest(path)}  ${path}\n`).join(''));
  writeFileSync(join(control, 'prerm'), readFileSync(join(root, 'packaging', 'debian', 'prerm')));
  chmodSync(join(control, 'prerm'), 0o755);
}
