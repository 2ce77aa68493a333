// The RPM package, by rpmbuild.
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MAINTAINER } from '../project.ts';
import type { SystemPackage } from './deb.ts';
import { copySystemTree, filledTemplate, normalizeSystemTree } from './system-tree.ts';

/** @returns the path of the package. @throws Error with rpmbuild's output. */
export function buildRpm({ tree, output, version, architecture, epoch }: SystemPackage): string {
  const work = mkdtempSync(join(tmpdir(), 'ecr-xacct-rpm-'));
  try {
    const folder = join(work, 'root');
    copySystemTree(tree, folder);
    normalizeSystemTree(folder, epoch);
    const spec = join(work, 'package.spec');
    const values = {
      VERSION: version,
      MAINTAINER,
      ARCHITECTURE: architecture,
      TREE: folder,
      DATE: rpmDate(epoch),
    };
    writeFileSync(spec, filledTemplate('rpm/docker-credential-ecr-xacct.spec.in', values));
    const args = ['-bb', '--target', `${architecture}-linux`, '--define', `_topdir ${work}/build`, spec];
    const { status, error, stderr } = spawnSync('rpmbuild', args, {
      encoding: 'utf8',
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    });
    if (status !== 0) throw new Error(`rpmbuild failed: ${error?.message ?? stderr}`);
    const [built] = globSync(join(work, 'build', 'RPMS', '*', '*.rpm'));
    if (built === undefined) throw new Error(`rpmbuild wrote no package: ${stderr}`);
    const file = join(output, basename(built));
    copyFileSync(built, file);
    return file;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Such as `Thu Nov 26 2026`. */
function rpmDate(epoch: number): string {
  const [weekday, day, month, year] = new Date(epoch * 1_000).toUTCString().split(/,? /);
  return `${weekday} ${month} ${day} ${year}`;
}
