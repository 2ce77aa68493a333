// Loads the bundle's files, each when it is asked for, with V8's compiled code of it, which the build has kept: without it,
// compiling costs more than all the rest of a start. They are beside this script, or with it in a single executable.
//
// The build keeps that code by running the program under KEEPS_CODE (scripts/exercise-program.ts). The flag makes it the same
// bytes at each build; it is taken back at once, because V8 takes compiled code only under the flags that it was made under.
// Code that is of another V8 or for another processor is passed over.
'use strict';
const { getAsset, getAssetKeys, getRawAsset, isSea } = require('node:sea');
const { Script } = require('node:vm');

const KEEPS_CODE = '--hash-seed=1';

const files = isSea() ? embeddedFiles() : filesOf(__dirname);
const scripts = new Map();
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
  const { existsSync, readFileSync, writeFileSync } = require('node:fs');
  const codeOf = (name) => `${folder}/${name}.code`;
  if (process.execArgv.includes(KEEPS_CODE)) {
    const v8 = require('node:v8');
    v8.setFlagsFromString('--hash-seed=0');
    // Those that the daemon sets for itself come after its code was loaded.
    v8.setFlagsFromString = () => {};
    process.once('exit', () => {
      for (const [name, script] of scripts) writeFileSync(codeOf(name), script.createCachedData());
    });
  }
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
  scripts.set(name, script);
  script.runInThisContext()(module.exports, load, module);
  return module.exports;
}

load('./main.cjs');
