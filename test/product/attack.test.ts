// A sample of each attack of `npm run attack`: no answer is wrong, and none has a secret.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AttackedFront, fronts, programFront } from '../support/attack/attacked.ts';
import { attackByName } from '../support/attack/name-attacks.ts';
import { attackKinds } from '../support/attack/run-attacks.ts';
import { createTally } from '../support/attack/tally.ts';
import { skipWithout } from '../support/peers.ts';

const SEED = 17;
/** Of each class at the socket. */
const COUNT = 60;

describe('attacks', () => {
  for (const { name, needsRoot, run } of attackKinds) {
    test(name, { skip: needsRoot && skipWithout('namespaces') }, async () => {
      const tally = createTally();
      await run({ seed: SEED, count: COUNT, tally, fronts });
      assert.deepEqual(tally.wrong, []);
      assert.ok(tally.total() > 0);
    });
  }
});

test('An answer that a front gives to a name of others is counted as wrong.', async () => {
  const answer =
    'read -r url; echo "{\\"ServerURL\\":\\"$url\\",\\"Username\\":\\"AWS\\",\\"Secret\\":\\"x\\"}"';
  const misled: AttackedFront = programFront('misled', ['/bin/sh', '-c', answer], {}, 1_000);
  const tally = createTally();
  await attackByName({ seed: SEED, count: 2, tally, fronts: [misled] });
  // All except those that ask the daemon afterwards, which is the real one.
  assert.equal(tally.wrong.length, tally.total() - 1);
  assert.match(tally.table(), /^two parsers +2 +2$/m);
});
