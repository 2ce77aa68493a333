// Loads the bundle's files, each when it is asked for, with V8's compiled code of it (scripts/package/compile-bundle.cjs):
// without that, compiling costs more than all the rest of a start. They are beside this script, or with it in a single
// executable. Code that is of another V8 or for another processor is passed over.
'use strict';
const { getAsset, getAssetKeys, getRawAsset, isSea } = require('node:sea');
const { Script } = require('node:vm');

const files = isSea() ? embeddedFiles() : filesOf(__dirname);
const modules = new Map();

function embeddedFiles() {
  const names = new Set(getAssetKeys());
  return {
    // Latin-1 is a byte a character: nothing to decode. The bundle is ASCII.
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

/** The `require` of the bundle: of Node's own modules, and of the bundle's files, which begin with `./`. */
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
