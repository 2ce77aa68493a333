// Lists every text that the program shows to people, with file and line, for reading in one pass.
//
// usage: npm run texts [-- --codes]
//   --codes  only the messages, by error code
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messagesIn, textsIn } from './docs/texts-in.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { codes } = parseArgs({ options: { codes: { type: 'boolean', default: false } } }).values;
const modules = globSync('src/**/*.ts', { cwd: root })
  .toSorted()
  .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));

const lines = codes
  ? modules
      .flatMap(({ file, source }) => messagesIn(file, source))
      .map(({ code, text }) => `${code}: ${text}`)
  : modules
      .flatMap(({ file, source }) => textsIn(file, source))
      .map(({ file, line, text }) => `${file}:${line}: ${text}`);
console.log((codes ? lines.toSorted() : lines).join('\n'));
