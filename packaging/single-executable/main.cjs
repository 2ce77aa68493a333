// The script of the single executable: loads the bundle's files out of the executable, each when it is asked for, with V8's
// compiled code of it beside it.
//
// The build runs it once more (scripts/package/code-cache.ts), from a folder that has the same files: under this flag of
// V8's it leaves that compiled code there. The flag makes the code the same bytes at each build, and is taken back at once,
// because V8 takes compiled code only under the flags that it was made under.
'use strict';
const { getAsset, getAssetKeys, getRawAsset, isSea } = require('node:sea');
const { Script } = require('node:vm');

const KEEPS_CODE = '--hash-seed=1';

/** What the bundle's files are called here, and their compiled code. */
const sourceOf = (id) => id.replace(/^\.\//, '');
const codeOf = (id) => `${sourceOf(id)}.code`;

const files = isSea() ? embeddedFiles() : filesOf(__dirname);
const scripts = new Map();
const modules = new Map();

function embeddedFiles() {
  const names = new Set(getAssetKeys());
  return {
    // Latin-1 is a byte a character: nothing to decode. The bundle is ASCII.
    source: (id) => getAsset(sourceOf(id), 'latin1'),
    code: (id) => (names.has(codeOf(id)) ? new Uint8Array(getRawAsset(codeOf(id))) : undefined),
  };
}

function filesOf(folder) {
  const { existsSync, readFileSync, writeFileSync } = require('node:fs');
  const { join } = require('node:path');
  if (process.execArgv.includes(KEEPS_CODE)) {
    require('node:v8').setFlagsFromString('--hash-seed=0');
    process.once('exit', () => {
      for (const [id, script] of scripts) writeFileSync(join(folder, codeOf(id)), script.createCachedData());
    });
  }
  return {
    source: (id) => readFileSync(join(folder, sourceOf(id)), 'latin1'),
    code: (id) => (existsSync(join(folder, codeOf(id))) ? readFileSync(join(folder, codeOf(id))) : undefined),
  };
}

/** The `require` of the bundle: Node's own modules, and the bundle's files, which begin with `./`. */
function load(id) {
  if (!id.startsWith('./')) return require(id);
  const known = modules.get(id);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(id, module);
  const options = { filename: sourceOf(id), cachedData: files.code(id) };
  const script = new Script(`(function (exports, require, module) {${files.source(id)}\n})`, options);
  scripts.set(id, script);
  script.runInThisContext()(module.exports, load, module);
  return module.exports;
}

load('./main.cjs');
