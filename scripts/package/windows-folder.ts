// What is installed on Windows, in one folder: the program, its front for Docker, texts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE } from './targets.ts';
import { normalize, type TreeParts } from './tree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Docker finds it by PATHEXT. The native client is for sockets, which are not used there. */
const FRONT = '@"%~dp0ecr-xacct.exe" helper %*\r\n';

/** Writes it. `folder` must not be there yet. */
export function stageWindowsFolder(
  folder: string,
  { program, runnable, epoch, texts }: Pick<TreeParts, 'program' | 'runnable' | 'epoch' | 'texts'>,
): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(program, join(folder, 'ecr-xacct.exe'));
  const own: [string, string][] = ['README.md', 'CHANGELOG.md', 'LICENSE'].map((name) => [
    name,
    readFileSync(join(root, name), 'utf8'),
  ]);
  const files = {
    ...Object.fromEntries(own),
    ...texts,
    'config.schema.json': execFileSync(runnable, ['config', 'schema'], { encoding: 'utf8', env: {} }),
    [`${PACKAGE}.cmd`]: FRONT,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  normalize(folder, epoch);
}
