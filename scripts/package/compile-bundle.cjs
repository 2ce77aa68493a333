// Leaves V8's compiled code of a file of a bundle beside it, for packaging/load-bundle.cjs. To be run by the Node that the bundle
// is for, with --hash-seed=1: without a fixed seed, no two builds are the same bytes. A process for each file, for the same
// reason: V8 leaves gaps in its objects as they are, and memory that was used before has garbage in them.
//
// usage: node --hash-seed=1 scripts/package/compile-bundle.cjs FILE
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { basename } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const file = process.argv[2];
// A string of its own: a part of another one is kept with the whole, which is where this was built.
const filename = Buffer.from(basename(file)).toString();
// All of it, not only what would run at once: which functions run is another matter each time.
setFlagsFromString('--no-lazy');
const source = readFileSync(file, 'latin1');
const script = new Script(`(function (exports, require, module) {${source}\n})`, {
  filename,
});
// V8 takes compiled code only under the flags that it was made under.
setFlagsFromString('--lazy');
setFlagsFromString('--hash-seed=0');
writeFileSync(`${file}.code`, script.createCachedData());
