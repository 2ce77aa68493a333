// Tests that every regular expression of the program takes linear time, whatever its input.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { check } from 'recheck';

interface Expression {
  where: string;
  source: string;
  flags: string;
}

const files = globSync('src/**/*.ts').sort();

/** The source of a built expression is known only when it runs. `built` is their number. */
function expressionsIn(file: string): { written: Expression[]; built: number } {
  const text = readFileSync(file, 'utf8');
  const written: Expression[] = [];
  let built = 0;
  new Visitor({
    Literal(node) {
      if (!('regex' in node)) return;
      const line = text.slice(0, node.start).split('\n').length;
      written.push({ where: `${file}:${line}`, source: node.regex.pattern, flags: node.regex.flags });
    },
    NewExpression({ callee }) {
      if (callee.type === 'Identifier' && callee.name === 'RegExp') built += 1;
    },
  }).visit(parseSync(file, text).program);
  return { written, built };
}

/**
 * The expressions that modules build while they are loaded. Each is loaded again, because another test may have loaded
 * it before.
 */
async function builtBy(files: readonly string[]): Promise<Expression[]> {
  const built: Expression[] = [];
  const Original = RegExp;
  globalThis.RegExp = new Proxy(Original, {
    construct(target, [source, flags = '']: [string, string?]) {
      built.push({ where: 'built:', source, flags });
      return new target(source, flags);
    },
  });
  try {
    for (const file of files) await import(`${pathToFileURL(resolve(file))}?built`);
  } finally {
    globalThis.RegExp = Original;
  }
  return built;
}

/** Milliseconds. Each takes a few, except those with a large automaton. */
const TIMEOUT = 60_000;

const found = files.map((file) => ({ file, ...expressionsIn(file) }));
const builders = found.filter(({ built }) => built > 0);
const built = await builtBy(builders.map(({ file }) => file));

test('an expression that is put together is so while its module is loaded: here each can be looked at', () => {
  const least = builders.reduce((sum, { built }) => sum + built, 0);
  assert.ok(built.length >= least, `${built.length} of ${least}, in ${builders.map(({ file }) => file)}`);
});

describe('the regular expressions of src are linear', () => {
  for (const { where, source, flags } of [...found.flatMap(({ written }) => written), ...built]) {
    test(`${where} /${source}/${flags}`, async () => {
      const found = await check(source, flags, { timeout: TIMEOUT });
      assert.equal(found.status, 'safe', 'complexity' in found ? found.complexity?.summary : 'not known');
    });
  }
});

test('one that begins anew at every blank of a run is found', async () => {
  assert.equal((await check('\\s*[\\r\\n]+\\s*', 'g')).status, 'vulnerable');
});
