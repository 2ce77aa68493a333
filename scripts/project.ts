// What package.json says of this project: the one place that has its version, its maintainer and its addresses.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const {
  version: VERSION,
  /** A name, and a mail address in `<>`. */
  author: MAINTAINER,
  /** A URL. */
  homepage: HOMEPAGE,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  author: string;
  homepage: string;
};
