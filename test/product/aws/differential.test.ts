// The same files and environment for the real `aws` and for ours give the same identity. `npm run differential` has all
// cases.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsPrograms, isNewer } from '../../support/differential/aws-programs.ts';
import { writtenKinds } from '../../support/differential/cases/all-kinds.ts';
import { generatedKinds } from '../../support/differential/grammar.ts';
import { judge, selection } from '../../support/differential/judge.ts';
import { describeJudgement } from '../../support/differential/report.ts';
import { createTls } from '../../support/differential/run-program.ts';
import { skipWithout } from '../../support/peers.ts';

const CASES = 60;
const SEED = 1;
const skip = skipWithout('aws');
/** Only with the yardstick. The command shows where two CLIs disagree. */
const [yardstick] = skip ? [] : awsPrograms();

test('The AWS CLI and we', { concurrency: 2, skip }, async (t) => {
  const tls = await createTls();
  const kinds = [...writtenKinds, ...generatedKinds(SEED, CASES)].map(({ title, cases: all }) => ({
    title,
    cases: all.filter(({ newer }) => newer === undefined || (yardstick && isNewer(yardstick))),
  }));
  const cases = selection(kinds, CASES);
  assert.ok(yardstick !== undefined, 'no /usr/bin/aws on this machine (run: scripts/install-test-peers)');
  const tests = cases.map(({ kind, case: one }) =>
    t.test(`${kind} ${one.name}`, async () => {
      const judgement = await judge(tls, [yardstick], kind, one);
      assert.ok(judgement !== undefined);
      assert.equal(judgement.fault, undefined, `\n${describeJudgement(judgement)}`);
    }),
  );
  await Promise.all(tests);
});
