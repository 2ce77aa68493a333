// Writes the parts of docs/ that are made from the source: commands, variables, keys, errors. A test says where they are old.
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
