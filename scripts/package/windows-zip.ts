// The zip for Windows: the single executable, the script that Docker runs instead of a native client, and the texts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE } from './targets.ts';
import { normalize, schemaText, type TreeParts } from './tree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Writes the files into one new folder. */
export function stageWindows(folder: string, parts: Pick<TreeParts, 'program' | 'epoch' | 'texts'>): void {
  const { program, epoch, texts } = parts;
  mkdirSync(folder);
  copyFileSync(program, join(folder, 'ecr-xacct.exe'));
  for (const [name, from] of [
    [`${PACKAGE}.cmd`, `packaging/windows/${PACKAGE}.cmd`],
    ['README.md', 'README.md'],
    ['CHANGELOG.md', 'CHANGELOG.md'],
    ['LICENSE', 'LICENSE'],
  ] as const) {
    writeFileSync(join(folder, name), readFileSync(join(root, from)));
  }
  writeFileSync(join(folder, 'config.schema.json'), schemaText());
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  normalize(folder, epoch);
}

/** Packs a folder's content. The same files give the same bytes. @throws Error from zip. */
export function packZip(folder: string, output: string): void {
  // Otherwise zip adds to the existing file.
  rmSync(output, { force: true });
  execFileSync('zip', ['-X', '-q', '-6', output, ...readdirSync(folder).toSorted()], {
    cwd: folder,
    // A zip has local times.
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
