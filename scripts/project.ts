// Reads package.json, the only place with the project's version, maintainer and addresses.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const {
  version: VERSION,
  /** A name, with a mail address in `<>`. */
  author: MAINTAINER,
  /** A URL. */
  homepage: HOMEPAGE,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  author: string;
  homepage: string;
};
