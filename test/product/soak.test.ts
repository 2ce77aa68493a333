// The short form of the soak (`npm run soak`): three days of two machines, and a real daemon under load.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenByLoad, loadDaemon, loadTable } from '../support/product/daemon-load.ts';
import { soak } from '../support/soak/soak.ts';
import { brokenPromises, soakTable } from '../support/soak/verdict.ts';

/** In so few days, a wrong clock counts for much: with these settings, as much as in a month. */
const SEEDS = { laptop: 1, server: 2 };

for (const machine of ['laptop', 'server'] as const) {
  test(`On a ${machine}, three days with ten identities leave nothing behind, and no answer is wrong.`, async (t) => {
    const result = await soak({ machine, days: 3, identities: 10, seed: SEEDS[machine] });
    t.diagnostic(soakTable(result));
    assert.deepEqual([brokenPromises(result), result.faults], [[], []]);
  });
}

test('A real daemon keeps nothing of some hundred gets, and leaves no process behind.', async (t) => {
  const result = await loadDaemon(240);
  t.diagnostic(loadTable(result));
  assert.deepEqual(brokenByLoad(result), []);
});
