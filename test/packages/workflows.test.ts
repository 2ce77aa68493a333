// GitHub's workflows, which run only on GitHub: the results of linters, and the rights and scripts of each job.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { TARGETS } from '../../scripts/package/targets.ts';
import { actionlintProgram, peer, skipWithout } from '../support/peers.ts';

const root = join(import.meta.dirname, '..', '..');
const skip = skipWithout('actionlint', 'shellcheck');

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly strategy?: { readonly matrix: { readonly include: readonly { readonly target: string }[] } };
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = globSync('.github/workflows/*.yml', { cwd: root })
  .toSorted()
  .map((path) => ({ path, ...(parse(readFileSync(join(root, path), 'utf8')) as Workflow) }));
const release = workflows.find(({ path }) => path.endsWith('release.yml')) ?? assert.fail();

function check(program: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

for (const { path, permissions, jobs } of workflows) {
  describe(basename(path), () => {
    test('actionlint finds nothing, and shellcheck nothing in its commands.', { skip }, () => {
      check(actionlintProgram(), ['-shellcheck', peer('shellcheck'), path]);
    });

    const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
    test('names the actions of others by their commits: a tag may be moved.', () => {
      const actions = steps.flatMap(({ uses }) => uses ?? []);
      assert.ok(actions.length > 0);
      assert.deepEqual(
        actions.filter((uses) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(uses)),
        [],
      );
    });

    test('runs scripts that are there.', () => {
      const named = steps.flatMap(({ run = '' }) => run.match(/(?:^|\s)(?:\.ci|scripts)\/[\w./-]+/gm) ?? []);
      const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
      const ofNpm = steps.flatMap(({ run = '' }) =>
        [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name),
      );
      assert.deepEqual(
        named.filter((file) => !existsSync(join(root, file.trim()))),
        [],
      );
      assert.deepEqual(
        ofNpm.filter((name = '') => !(name in scripts)),
        [],
      );
    });

    test('gives no job more than it says.', () => {
      if (path.endsWith('release.yml')) assert.deepEqual(permissions, {});
      else assert.deepEqual(permissions, { contents: 'read' });
    });
  });
}

describe('the release', () => {
  test('may write in one place in each job.', () => {
    const writes = Object.entries(release.jobs).map(([name, { permissions = {} }]) => [
      name,
      Object.keys(permissions).filter((scope) => permissions[scope] === 'write'),
    ]);
    assert.deepEqual(Object.fromEntries(writes), {
      gate: [],
      'build-linux': [],
      'build-macos': [],
      try: [],
      assemble: ['id-token', 'attestations'],
      github: ['contents'],
      repositories: ['pages', 'id-token'],
      npm: ['id-token'],
      images: ['packages', 'id-token'],
      tap: [],
    });
  });

  test('asks an environment for the secrets that it publishes and signs with.', () => {
    const text = readFileSync(join(root, release.path), 'utf8');
    const bare = Object.entries(release.jobs)
      .filter(([, { environment }]) => environment === undefined)
      .map(([name]) => name);
    assert.deepEqual(bare, ['gate', 'build-linux', 'try']);
    for (const [name, job] of Object.entries(release.jobs)) {
      if (bare.includes(name)) assert.doesNotMatch(JSON.stringify(job), /secrets\./, name);
    }
    assert.match(text, /secrets\.PACKAGES_KEY/);
  });

  test('builds every target, and starts every one on its own system.', () => {
    const targets = (...names: readonly string[]) =>
      names.flatMap((name) => release.jobs[name]?.strategy?.matrix.include.map(({ target }) => target) ?? []);
    const all = Object.keys(TARGETS).toSorted();
    assert.deepEqual(targets('build-linux', 'build-macos').toSorted(), all);
    assert.deepEqual(targets('try').toSorted(), all);
  });
});

test('shellcheck finds nothing in the scripts that a release runs.', { skip }, () => {
  check(peer('shellcheck'), ['scripts/apple-keychain', 'scripts/notarize', 'scripts/publish-manifests']);
});
