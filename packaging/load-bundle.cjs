// Loads each file of the bundle when it is required, with its compiled code for V8 (scripts/package/compile-bundle.cjs):
// without that code, compiling takes longer than all the rest of a start. The files are in this script's folder, or in
// the same single executable. V8 ignores code for another version of V8 or another processor.
'use strict';
const { getAsset, getAssetKeys, getRawAsset, isSea } = require('node:sea');
const { Script } = require('node:vm');

const files = isSea() ? embeddedFiles() : filesOf(__dirname);
const modules = new Map();

function embeddedFiles() {
  const names = new Set(getAssetKeys());
  return {
    // Latin-1 has one byte for each character, so there is nothing to decode. The bundle is ASCII.
    source: (name) => getAsset(name, 'latin1'),
    code: (name) => (names.has(`${name}.code`) ? new Uint8Array(getRawAsset(`${name}.code`)) : undefined),
  };
}

function filesOf(folder) {
  const { existsSync, readFileSync } = require('node:fs');
  const codeOf = (name) => `${folder}/${name}.code`;
  return {
    source: (name) => readFileSync(`${folder}/${name}`, 'latin1'),
    code: (name) => (existsSync(codeOf(name)) ? readFileSync(codeOf(name)) : undefined),
  };
}

/** The `require` of the bundle: for Node's own modules, and for the bundle's files, whose names begin with `./`. */
function load(id) {
  if (!id.startsWith('./')) return require(id);
  const name = id.slice(2);
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const options = { filename: name, cachedData: files.code(name) };
  const script = new Script(`(function (exports, require, module) {${files.source(name)}\n})`, options);
  script.runInThisContext()(module.exports, load, module);
  return module.exports;
}

load('./main.cjs');
