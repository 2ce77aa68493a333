// The tree below /usr in a distribution's package: units in systemd's own folders, compressed man pages.
import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE } from './targets.ts';
import { gzipInPlace, manFiles, normalize } from './tree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Sets modes, and one time for all files. Users may run the program but not read it: then the kernel denies the user's
 * other processes access to it (would_dump in fs/exec.c), as long as the file is root's. The launcher is a script, so
 * it must be readable.
 */
export function normalizeSystemTree(folder: string, epoch: number): void {
  normalize(folder, epoch);
  chmodSync(join(folder, 'usr', 'lib', PACKAGE, 'ecr-xacct'), 0o711);
}

/** Copies a tree to `usr` in a folder. Modes and times are set later. */
export function copySystemTree(tree: string, folder: string): string {
  const usr = join(folder, 'usr');
  mkdirSync(folder, { recursive: true });
  execFileSync('cp', ['-a', tree, usr]);
  const units = join(usr, 'lib', 'systemd');
  renameSync(join(usr, 'share', 'systemd'), units);
  for (const unit of globSync(join(units, '*', '*'))) {
    writeFileSync(unit, readFileSync(unit, 'utf8').replaceAll('@BINDIR@', '/usr/bin'));
  }
  gzipInPlace(manFiles(usr));
  return usr;
}

/** A file of packaging/ with its placeholders filled in. */
export function filledTemplate(path: string, values: Readonly<Record<string, string>>): string {
  const template = readFileSync(join(root, 'packaging', path), 'utf8');
  return template.replace(/@([A-Z0-9]+)@/g, (placeholder, name) => values[name] ?? placeholder);
}
