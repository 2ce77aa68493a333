// Writes the generated parts of docs/: commands, variables, keys, errors. A test fails if they are out of date.
//
// usage: npm run docs
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageOfNow } from './docs/blocks.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

for (const name of globSync('docs/*.md', { cwd: root }).toSorted()) {
  const path = join(root, name);
  const page = readFileSync(path, 'utf8');
  const now = pageOfNow(page);
  if (now === page) continue;
  writeFileSync(path, now);
  console.log(`wrote ${name}`);
}
