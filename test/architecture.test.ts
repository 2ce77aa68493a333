// Owns the proof that the house stands as it was designed: who may import whom, and what is in one place only.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';

/** What each folder may import besides errors.ts and itself. Types are erased, so an `import type` may come from anywhere. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  docker: [],
  registry: [],
  wire: [],
  token: [],
  config: ['registry'],
  policy: ['registry'],
  identity: ['config', 'registry'],
  aws: ['identity', 'registry'],
  minter: ['aws', 'identity'],
  helper: ['docker', 'config', 'identity', 'token', 'registry'],
  // These two compose the helper, each around its own way to be asked, so they may also import what the helper may.
  daemon: ['helper', 'minter', 'wire', 'docker', 'config', 'identity', 'token', 'registry'],
  client: ['helper', 'minter', 'wire', 'docker', 'config', 'identity', 'token', 'registry'],
  cli: [
    'client',
    'daemon',
    'minter',
    'docker',
    'registry',
    'config',
    'policy',
    'identity',
    'token',
    'helper',
    'wire',
    'aws',
  ],
};

/** The only files that may be imported from outside of a folder, where that is not all of them. */
const FRONTS: Readonly<Record<string, readonly string[]>> = {
  minter: ['minter/start-minter.ts', 'minter/spawn-self.ts', 'minter/run-minter.ts'],
  daemon: ['daemon/begin-daemon.ts'],
};

interface Import {
  /** A path below src/ for a module of ours, else the name of a package. */
  of: string;
  isType: boolean;
}

interface Module {
  /** Below src/. */
  path: string;
  folder: string;
  text: string;
  imports: readonly Import[];
}

const SRC = join(import.meta.dirname, '..', 'src');
const modules = globSync('**/*.ts', { cwd: SRC })
  .toSorted()
  .map((path): Module => {
    const text = readFileSync(join(SRC, path), 'utf8');
    return { path, folder: folderOf(path), text, imports: importsOf(text, path) };
  });

/** Static imports and re-exports begin a line (the formatter sees to it); a dynamic one may stand anywhere. */
function importsOf(text: string, path: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\b(?<type> type\b)?(?:[^;'"=(]*?\bfrom)? ?'(?<of>[^']+)';/gm,
  );
  const calls = text.matchAll(/\bimport\('(?<of>[^']+)'\)/g);
  return [...statements, ...calls].map(({ groups }) => {
    const of = groups?.of ?? '';
    return {
      of: of.startsWith('.') ? normalize(join(dirname(path), of)) : of,
      isType: groups?.type !== undefined,
    };
  });
}

function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

const isPackage = ({ of }: Import) => !of.endsWith('.ts');

/** Whatever is loaded, sooner or later, when the module is. */
function reachable(path: string, seen = new Set<string>()): Set<string> {
  const module = modules.find((other) => other.path === path);
  if (module === undefined || seen.has(path)) return seen;
  seen.add(path);
  for (const { of, isType } of module.imports) if (!isType) reachable(of, seen);
  return seen;
}

describe('the imports', () => {
  test('are all seen by this test', () => {
    for (const { path, text, imports } of modules) {
      const written = text.match(/\bfrom ['"][^'"]+['"];|\bimport\(['"`]|^import ['"]/gm) ?? [];
      assert.equal(imports.length, written.length, path);
      for (const { of } of imports.filter((i) => !isPackage(i))) {
        assert.ok(
          modules.some((module) => module.path === of),
          `${path} imports ${of}`,
        );
      }
    }
  });

  for (const folder of new Set(modules.map((module) => module.folder))) {
    if (folder === '') continue;
    test(`of ${folder}/ are those that the design allows`, () => {
      const allowed = MAY_IMPORT[folder];
      assert.ok(allowed !== undefined, `the design has no folder ${folder}/`);
      for (const { path, imports } of modules.filter((module) => module.folder === folder)) {
        for (const { of } of imports.filter((i) => !isPackage(i) && !i.isType)) {
          const isAllowed: boolean =
            of === 'errors.ts' || folderOf(of) === folder || allowed.includes(folderOf(of));
          assert.ok(isAllowed, `${path} imports ${of}`);
        }
      }
    });
  }

  test('of types, too, never come from main.ts', () => {
    for (const { path, imports } of modules) {
      assert.ok(!imports.some(({ of }) => of === 'main.ts'), `${path} imports main.ts`);
    }
  });

  test('reach the inside of minter/ and daemon/ only by their fronts', () => {
    for (const { path, folder, imports } of modules) {
      for (const { of } of imports.filter((i) => !i.isType)) {
        const fronts = FRONTS[folderOf(of)];
        if (fronts === undefined || isPackage({ of, isType: false }) || folderOf(of) === folder) continue;
        assert.ok(fronts.includes(of), `${path} imports ${of}`);
      }
    }
  });

  test('never lead from what waits for Docker, or stays in memory, to the AWS SDK', () => {
    const waiting = modules.filter(({ folder }) => ['client', 'daemon', 'helper', 'cli'].includes(folder));
    for (const { path } of waiting) {
      const loaded = [...reachable(path)].filter((other) => folderOf(other) === 'aws');
      assert.deepEqual(loaded, [], `${path} loads the AWS SDK`);
    }
    assert.ok(reachable('minter/run-minter.ts').has('aws/mint.ts'));
  });

  test('load the code of a fallback helper only where one is asked: the daemon is to stay small', () => {
    for (const { path, text } of modules) {
      const loads =
        /^import (?!type\b)[^;]*'[^']*\/(?:fallback-helper|helper-process|find-helper)\.ts';/m.test(text);
      assert.equal(loads, path === 'docker/fallback-helper.ts', path);
    }
  });

  test('have no cycle', () => {
    for (const { path, imports } of modules) {
      for (const { of } of imports.filter((i) => !i.isType)) {
        assert.ok(!reachable(of).has(path), `${path} and ${of} import each other`);
      }
    }
  });
});

describe('in one place only', () => {
  test('aws/ imports the AWS SDK', () => {
    for (const { path, folder, imports } of modules) {
      if (folder === 'aws') continue;
      const sdk = imports.filter(({ of }) => /^@(?:aws-sdk|smithy)\//.test(of));
      assert.deepEqual(sdk, [], path);
    }
  });

  /** Word → the files that may have it. */
  const places: Readonly<Record<string, readonly string[]>> = {
    'process.env': ['main.ts', 'aws/with-credentials.ts', 'aws/warm-up.ts', 'minter/run-minter.ts'],
    'process.exitCode': ['main.ts'],
    'process.exit(': ['main.ts', 'minter/run-minter.ts'],
    'process.argv': ['main.ts'],
    'process.chdir': [],
  };
  for (const [word, paths] of Object.entries(places)) {
    test(`${word} stands only in ${paths.join(' and ') || 'no file'}`, () => {
      for (const { path, text } of modules) {
        const code = text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
        assert.ok(paths.includes(path) || !code.includes(word), path);
      }
    });
  }

  test('aws/with-credentials.ts writes to process.env under a comment that says why', () => {
    const { text = '' } = modules.find(({ path }) => path === 'aws/with-credentials.ts') ?? {};
    const [before = ''] = text.split('process.env');
    const lastFunction = before.lastIndexOf('\nfunction ');
    assert.match(before.slice(0, lastFunction), /\*\/$/, 'its function has a comment');
    assert.match(before.slice(before.lastIndexOf('/**')), /AWS_PROFILE|environment/);
  });
});

describe('every file', () => {
  for (const { path, text } of modules) {
    test(`${path} begins with what it owns, and is no barrel and no default export`, () => {
      assert.match(text, /^(?:#!.*\n)?(?:\/\/|\/\*\*) \S.*[.:]\n/);
      assert.doesNotMatch(text, /^export default\b|\bas default\b/m);
      assert.doesNotMatch(text, /^export (?:type )?(?:\*|\{[^}]*\}) from\b/m);
      assert.match(path, /^(?:[a-z-]+\/)?[a-z-]+\.ts$/);
      assert.doesNotMatch(path, /(?:^|[/-])(?:index|utils?|helpers|manager)\b/);
    });
  }
});
