// Tests that the code follows its design: which folder may import which, and what is in one place only.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';

/**
 * What each folder may import besides itself and the ground files (errors, invocation, questions), types included. A folder
 * within a folder is a room of its own only where it is named here.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // These import nothing else.
  os: [],
  registry: [],
  // A watched process may hang, and is then given up.
  terminal: ['os'],
  // A bundle of certificates may begin with `~`.
  net: ['os'],
  // It reads files of Docker and podman, and searches PATH as Docker does.
  docker: ['os'],
  'docker/fallback': ['docker', 'os'],
  // Setup uses the accounts of profiles.
  'docker/hand-over': ['profiles', 'registry'],
  config: ['registry', 'os'],
  policy: ['registry'],
  profiles: ['os'],
  // Docker waits for these.
  token: ['os'],
  wire: ['os'],
  identity: ['config', 'profiles', 'registry'],
  // It names the session files of the AWS CLI.
  'aws/failures': ['identity', 'profiles', 'registry', 'policy', 'net', 'os'],
  'aws/connection': ['profiles', 'net'],
  'aws/calls': ['aws/connection', 'registry'],
  'aws/leaves': ['aws/connection', 'aws/calls', 'aws/failures', 'identity', 'profiles', 'net', 'os'],
  aws: ['aws/leaves', 'aws/calls', 'aws/connection', 'aws/failures', 'identity', 'profiles', 'policy'],
  minter: ['aws', 'identity', 'os'],
  parser: ['config', 'profiles', 'os'],
  helper: ['docker', 'docker/fallback', 'config', 'profiles', 'identity', 'token', 'registry'],
  // Each of these composes the helper for another way of being called, so both may also import what the helper may.
  daemon: [
    'helper',
    'kubelet',
    'minter',
    'parser',
    'wire',
    'docker',
    'docker/fallback',
    'config',
    'profiles',
    'identity',
    'os',
  ],
  client: ['helper', 'kubelet', 'minter', 'wire', 'docker', 'docker/fallback', 'config', 'profiles', 'os'],
  // The kubelet runs this.
  kubelet: ['helper', 'config', 'identity', 'docker', 'registry', 'wire', 'policy', 'os'],
  // People run these.
  callers: [
    'client',
    'minter',
    'helper',
    'identity',
    'profiles',
    'config',
    'registry',
    'terminal',
    'wire',
    'os',
  ],
  // These show what is known and why: from the daemon, or from this process.
  inspect: [
    'client',
    'helper',
    'token',
    'terminal',
    'config',
    'identity',
    'profiles',
    'registry',
    // This includes which program Docker asks.
    'docker',
    'docker/fallback',
    'docker/hand-over',
    'os',
  ],
  export: ['client', 'helper', 'terminal'],
  'setup/docker-files': ['docker', 'os'],
  setup: [
    'setup/docker-files',
    'callers',
    'identity',
    'config',
    'profiles',
    'registry',
    'docker',
    // A wrapper on PATH is asked for its version.
    'docker/fallback',
    'docker/hand-over',
    'terminal',
    'os',
  ],
  grants: ['callers', 'policy', 'config', 'docker', 'registry', 'terminal'],
  'doctor/registry-api': ['docker', 'net', 'policy'],
  doctor: [
    'doctor/registry-api',
    'grants',
    'callers',
    'client',
    'helper',
    // It reads the plugin's messages and config, and a pod's token.
    'kubelet',
    'identity',
    // It reports what config check finds.
    'inspect',
    'policy',
    // It reports the rule and the profile for a registry, and faults in these files.
    'config',
    'profiles',
    'docker',
    'docker/fallback',
    'docker/hand-over',
    'registry',
    'terminal',
    'wire',
    'net',
    'os',
  ],
  // It completes names from the files, the daemon and AWS, which no other part of the command line reads.
  'cli/completion': ['client', 'config', 'profiles', 'docker', 'registry', 'os'],
  cli: [
    'cli/completion',
    'setup',
    'doctor',
    // An invalid image name is rejected before doctor is loaded.
    'doctor/registry-api',
    'grants',
    'export',
    'inspect',
    'callers',
    'client',
    'daemon',
    'helper',
    'kubelet',
    'config',
    'docker',
    'registry',
    // All commands show a wait in the same way.
    'terminal',
  ],
};

/** The only files that other folders may import, for folders with such a limit. */
const FRONTS: Readonly<Record<string, readonly string[]>> = {
  minter: ['minter/start-minter.ts', 'minter/run-minter.ts'],
  daemon: ['daemon/begin-daemon.ts'],
};

interface Import {
  /** For a module of ours its path below src/, otherwise the package's name. */
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

const ROOT = join(import.meta.dirname, '..', '..');
const SRC = join(ROOT, 'src');
const modules = globSync('**/*.ts', { cwd: SRC })
  .toSorted()
  .map((path): Module => {
    const text = readFileSync(join(SRC, path), 'utf8');
    return { path, folder: folderOf(path), text, imports: importsOf(text, path) };
  });

/** Static imports and re-exports begin a line (the formatter ensures it). A dynamic one may be anywhere. */
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

/** The room of a file: the innermost of its folders that the design names; '' for a ground file. */
function folderOf(path: string): string {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  return folder === '' || folder in MAY_IMPORT ? folder : folderOf(folder);
}

const isPackage = ({ of }: Import) => !of.endsWith('.ts');

/** All modules that are loaded with this one, sooner or later; with `types`, also type imports. */
function reachable(path: string, { types } = { types: false }, seen = new Set<string>()): Set<string> {
  const module = modules.find((other) => other.path === path);
  if (module === undefined || seen.has(path)) return seen;
  seen.add(path);
  for (const { of, isType } of module.imports) if (types || !isType) reachable(of, { types }, seen);
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

  for (const folder of Object.keys(MAY_IMPORT)) {
    test(`of ${folder}/ are those that the design allows`, () => {
      const inside = modules.filter((module) => module.folder === folder);
      assert.notDeepEqual(inside, [], `there is no folder ${folder}/`);
      for (const { path, imports } of inside) {
        for (const { of } of imports.filter((i) => !isPackage(i))) {
          const room = folderOf(of);
          assert.ok(
            room === '' || room === folder || MAY_IMPORT[folder]?.includes(room),
            `${path} imports ${of}`,
          );
        }
      }
    });
  }

  test('of a ground file are ground files alone, and main.ts is imported by none', () => {
    for (const { path, folder, imports } of modules) {
      const ours = imports.filter((i) => !isPackage(i));
      assert.ok(!ours.some(({ of }) => of === 'main.ts'), `${path} imports main.ts`);
      if (folder !== '' || path === 'main.ts') continue;
      for (const { of } of ours) assert.equal(folderOf(of), '', `${path} imports ${of}`);
    }
  });

  test('that the design allows are each of use to some file', () => {
    for (const [folder, rooms] of Object.entries(MAY_IMPORT)) {
      const used = new Set(
        modules
          .filter((module) => module.folder === folder)
          .flatMap(({ imports }) => imports.map(({ of }) => folderOf(of))),
      );
      assert.deepEqual(
        rooms.filter((room) => !used.has(room)),
        [],
        `${folder}/ imports none of these`,
      );
    }
  });

  test('that the design allows lead from no folder back to it', () => {
    const below = (folder: string, seen = new Set<string>()): Set<string> => {
      for (const next of MAY_IMPORT[folder] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        below(next, seen);
      }
      return seen;
    };
    for (const folder of Object.keys(MAY_IMPORT)) assert.ok(!below(folder).has(folder), folder);
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
    const waiting = modules.filter(({ folder }) => !/^(?:aws|minter)\b/.test(folder) && folder !== '');
    for (const { path } of waiting) {
      const loaded = [...reachable(path)].filter((other) => other.startsWith('aws/'));
      assert.deepEqual(loaded, [], `${path} loads the AWS SDK`);
    }
    assert.ok(reachable('minter/run-minter.ts').has('aws/mint.ts'));
  });

  test('load the code of a fallback helper only where one is asked: the daemon is to stay small', () => {
    for (const { path, text } of modules) {
      const loads = /^import (?!type\b)[^;]*'[^']*\/(?:fallback-helper|helper-process)\.ts';/m.test(text);
      assert.equal(loads, path === 'docker/fallback/fallback-helper.ts', path);
    }
  });

  test('have no circle, those of types included', () => {
    const below = new Map(modules.map(({ path }) => [path, reachable(path, { types: true })]));
    for (const { path, imports } of modules) {
      for (const { of } of imports)
        assert.ok(!below.get(of)?.has(path), `${path} and ${of} import each other`);
    }
  });
});

describe('in one place only', () => {
  test('aws/ imports the AWS SDK', () => {
    for (const { path, folder, imports } of modules) {
      if (folder.split('/')[0] === 'aws') continue;
      const sdk = imports.filter(({ of }) => /^@(?:aws-sdk|smithy)\//.test(of));
      assert.deepEqual(sdk, [], path);
    }
  });

  /** Word → the files that may contain it. */
  const places: Readonly<Record<string, readonly string[]>> = {
    'process.env': [
      'main.ts',
      'aws/connection/followed-profile.ts',
      'minter/run-minter.ts',
      // While a library that reads it is loaded.
      'os/made-up-home.ts',
    ],
    'process.exitCode': ['main.ts'],
    'process.exit(': ['main.ts', 'minter/run-minter.ts'],
    'process.argv': ['main.ts'],
    'process.chdir': [],
  };
  for (const [word, paths] of Object.entries(places)) {
    test(`${word} is only in ${paths.join(' and ') || 'no file'}`, () => {
      for (const { path, text } of modules) {
        const code = text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
        assert.ok(paths.includes(path) || !code.includes(word), path);
      }
    });
  }

  test('aws/connection/followed-profile.ts writes to process.env under a comment that says why', () => {
    const { text = '' } = modules.find(({ path }) => path === 'aws/connection/followed-profile.ts') ?? {};
    const [before = ''] = text.split('process.env,');
    const lastFunction = before.lastIndexOf('\nexport function ');
    assert.match(before.slice(0, lastFunction), /\*\/$/, 'its function has a comment');
    assert.match(before.slice(before.lastIndexOf('/**')), /AWS_PROFILE|environment/);
  });
});

test('A name is exported by one file only', () => {
  const owners = new Map<string, string>();
  for (const { path, text } of modules) {
    for (const [, name = ''] of text.matchAll(
      /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm,
    )) {
      assert.equal(
        owners.get(name) ?? path,
        path,
        `${name} is exported by ${path} and by ${owners.get(name)}`,
      );
      owners.set(name, path);
    }
  }
});

for (const [path, least] of [
  ['docs/architecture.md', 30],
  ['SECURITY.md', 20],
  ['docs/security.md', 7],
] as const) {
  test(`${path} names files and folders that are there`, () => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const named = [...text.matchAll(/`((?:src|test|scripts)\/[\w./*-]+)`/g)].map(([, name = '']) => name);
    assert.ok(named.length > least);
    const missing = named.filter(
      (name) => !/NAME|FOLDER/.test(name) && globSync(name, { cwd: ROOT }).length === 0,
    );
    assert.deepEqual(missing, []);
  });
}

test('SECURITY.md promises nothing that no test shows', () => {
  const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  const [, table = ''] = /^\| promise .*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const rows = table.trimEnd().split('\n');
  assert.ok(rows.length > 15);
  assert.deepEqual(
    rows.filter((row) => !/\| (?:`test\/[\w./-]+\.test\.ts` ?)+\|$/.test(row)),
    [],
  );
});

describe('docs/architecture.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');

  test('has every room of the house in its picture', () => {
    const [, picture = ''] = /```mermaid\n(.*?)```/s.exec(text) ?? [];
    for (const folder of Object.keys(MAY_IMPORT).filter((name) => !name.includes('/'))) {
      assert.match(picture, new RegExp(`"${folder}/ `), folder);
    }
  });
});

describe('every file', () => {
  for (const { path, text } of modules) {
    test(`${path} begins with what it owns, and is no barrel and no default export`, () => {
      assert.match(text, /^(?:#!.*\n)?(?:\/\/|\/\*\*) \S.*[.:]\n/);
      assert.doesNotMatch(text, /^export default\b|\bas default\b/m);
      assert.doesNotMatch(text, /^export (?:type )?(?:\*|\{[^}]*\}) from\b/m);
      assert.match(path, /^(?:[a-z-]+\/){0,2}[a-z-]+\.ts$/);
      assert.doesNotMatch(path, /(?:^|[/-])(?:index|utils?|helpers|manager)\b/);
    });
  }
});
