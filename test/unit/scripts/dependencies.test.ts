import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { advisoriesIn, faultsOf } from '../../../scripts/dependencies.ts';

const ALLOWED = { esbuild: true };

describe('A dependency', () => {
  test('has a licence that is allowed, or a choice with one.', () => {
    const packages = {
      '': {},
      'node_modules/a': { license: 'MIT' },
      'node_modules/b': { license: '(WTFPL OR ISC)' },
      'node_modules/a/node_modules/@scope/c': { license: 'GPL-3.0-only' },
      'node_modules/d': {},
    };
    assert.deepEqual(faultsOf({ packages }, ALLOWED), [
      '@scope/c has the licence GPL-3.0-only',
      'd has the licence of no name',
    ]);
  });

  test('runs no script at installation, but those that are listed.', () => {
    const packages = {
      'node_modules/esbuild': { license: 'MIT', hasInstallScript: true },
      'node_modules/new': { license: 'MIT', hasInstallScript: true },
    } as const;
    assert.deepEqual(faultsOf({ packages }, ALLOWED), [
      'new runs a script at installation, for no reason that is listed',
    ]);
    assert.deepEqual(faultsOf({ packages: {} }, { ...ALLOWED, new: true }), [
      'package.json allows the scripts of esbuild, new; the list has esbuild',
    ]);
  });
});

describe('Advisories', () => {
  test('are told by package, with how bad and where to read on.', () => {
    const via = [{ title: 'Quadratic time', url: 'https://advisories.example/1' }, 'b'];
    const printed = JSON.stringify({ vulnerabilities: { a: { severity: 'high', range: '<2.0.0', via } } });
    assert.deepEqual(advisoriesIn(printed), {
      found: ['a <2.0.0, high: Quadratic time (https://advisories.example/1); by b'],
    });
    assert.deepEqual(advisoriesIn('{"vulnerabilities":{}}'), { found: [] });
  });

  test('that cannot be asked for are no failure, and no “none”.', () => {
    assert.deepEqual(advisoriesIn('{"message":"405 Method Not Allowed"}'), { why: '405 Method Not Allowed' });
    assert.deepEqual(advisoriesIn(''), { why: 'npm audit printed no JSON' });
  });
});

test('An installation of this project runs no script of it.', () => {
  const manifest = readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8');
  const scripts: Record<string, string> = JSON.parse(manifest).scripts;
  // https://docs.npmjs.com/cli/v11/using-npm/scripts#npm-ci
  const byItself = /^(?:pre|post)?(?:install|prepare)$|^(?:dependencies|prepublish)$/;
  assert.deepEqual(
    Object.keys(scripts).filter((name) => byItself.test(name)),
    [],
  );
});
