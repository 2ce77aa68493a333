// Saves the compiled code of one file of a bundle beside it, for packaging/load-bundle.cjs. Run it with the Node that
// the bundle is for, and with --hash-seed=1: without a fixed seed, no two builds are the same bytes. For the same
// reason, each file needs a new process: gaps in V8's objects contain whatever was in that memory before.
//
// usage: node --hash-seed=1 scripts/package/compile-bundle.cjs FILE
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { basename } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const file = process.argv[2];
// A copy: a substring would keep the whole string, with the path of the build.
const filename = Buffer.from(basename(file)).toString();
// Compiles all functions, because those that a run uses vary.
setFlagsFromString('--no-lazy');
const source = readFileSync(file, 'latin1');
const script = new Script(`(function (exports, require, module) {${source}\n})`, {
  filename,
});
// V8 accepts compiled code only with the flags that it was made with.
setFlagsFromString('--lazy');
setFlagsFromString('--hash-seed=0');
writeFileSync(`${file}.code`, script.createCachedData());
