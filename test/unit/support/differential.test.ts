// The parts of the differential test that need no program: its verdicts, its choice of cases, and its page in docs/.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writtenKinds } from '../../support/differential/cases/all-kinds.ts';
import { compare } from '../../support/differential/compare.ts';
import { differences, differencesTable } from '../../support/differential/differences.ts';
import { generatedKinds } from '../../support/differential/grammar.ts';
import { casesOf, selection } from '../../support/differential/judge.ts';
import type { Observation, ObservedCall } from '../../support/differential/observation.ts';

const TOKEN: ObservedCall = { action: 'GetAuthorizationToken', by: 'A', parameters: {} };

function succeeded(...calls: readonly ObservedCall[]): Observation {
  return { succeeded: true, calls, left: {}, trace: [] };
}

const failed: Observation = { succeeded: false, calls: [TOKEN], left: {}, trace: [] };

test('Two successes are the same where their calls and the files that they left are.', () => {
  assert.equal(compare(succeeded(TOKEN), succeeded({ ...TOKEN })), 'same');
  assert.equal(compare(succeeded(TOKEN), succeeded({ ...TOKEN, by: 'B' })), 'other identity');
  assert.equal(compare(succeeded(TOKEN), succeeded({ ...TOKEN, sessionToken: true })), 'other identity');
  assert.equal(compare(succeeded(TOKEN), succeeded(TOKEN, TOKEN)), 'other identity');
  assert.equal(compare(succeeded(TOKEN), { ...succeeded(TOKEN), left: { file: 'x' } }), 'other identity');
});

test('Two failures are the same, and one of two is not.', () => {
  assert.equal(compare(failed, { ...failed, calls: [] }), 'same');
  assert.equal(compare(failed, succeeded(TOKEN)), 'only aws fails');
  assert.equal(compare(succeeded(TOKEN), failed), 'only ours fails');
});

test('The same seed gives the same cases, and more of them begin with the fewer.', () => {
  const [few, many] = [generatedKinds(7, 6), generatedKinds(7, 30)];
  assert.deepEqual(few, generatedKinds(7, 6));
  assert.notDeepEqual(few, generatedKinds(8, 6));
  for (const [place, { title, cases }] of few.entries()) {
    assert.deepEqual(many[place]?.cases.slice(0, cases.length), cases, title);
  }
});

test('A selection has a case of each kind before it has a second of any.', () => {
  const count = writtenKinds.length;
  const kinds = selection(writtenKinds, count).map(({ kind }) => kind);
  assert.deepEqual(
    kinds,
    writtenKinds.map(({ title }) => title),
  );
});

test('There are more than 300 cases, each with a name of its own.', () => {
  const titles = casesOf(writtenKinds).map(({ kind, case: { name } }) => `${kind} ${name}`);
  assert.ok(titles.length > 300);
  assert.equal(new Set(titles).size, titles.length);
});

test('Each row of the table of differences excuses a case.', () => {
  const used = casesOf(writtenKinds).flatMap(({ case: { difference } }) => difference ?? []);
  assert.deepEqual([...new Set(used)].toSorted(), Object.keys(differences).toSorted());
});

test('docs/aws-cli-differences.md has the table, and no other row.', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/aws-cli-differences.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  assert.deepEqual(rows, differencesTable().trimEnd().split('\n'));
});
