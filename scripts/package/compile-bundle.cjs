// Leaves V8's compiled code of each file of a bundle beside it, for packaging/load-bundle.cjs. To be run by the Node that the
// bundle is for, with --hash-seed=1: without a fixed seed, no two builds are the same bytes.
//
// usage: node --hash-seed=1 scripts/package/compile-bundle.cjs FOLDER
'use strict';
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const folder = process.argv[2];
const names = readdirSync(folder).filter((name) => name.endsWith('.cjs'));
// All of it, not only what would run at once: which functions run is another matter each time.
setFlagsFromString('--no-lazy');
const scripts = names.map((name) => {
  const source = readFileSync(join(folder, name), 'latin1');
  return new Script(`(function (exports, require, module) {${source}\n})`, { filename: name });
});
// V8 takes compiled code only under the flags that it was made under.
setFlagsFromString('--lazy');
setFlagsFromString('--hash-seed=0');
for (const [i, name] of names.entries())
  writeFileSync(join(folder, `${name}.code`), scripts[i].createCachedData());
